using System.Buffers;
using System.Text.Json;
using Millrace.Contracts.Sessions.V1;
using Millrace.Gateway.Runs;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Streaming;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Http;

namespace Millrace.Gateway.Api.Runs;

/// <summary>Chats that may be asked for again: <c>POST /v1/chat/completions</c> with an <c>Idempotency-Key</c>.</summary>
internal sealed class KeptChat(ChatPipeline pipeline, TimeProvider time, ILogger<KeptChat> logger) : IRunKind
{
    /// <summary>The name of the kind.</summary>
    public const string Kind = "chat";

    public string Name => Kind;

    public async Task<RunEnd> RunAsync(RunTask task, CancellationToken cancellationToken)
    {
        var arrivedAt = time.GetTimestamp();
        using var body = JsonDocument.Parse(task.Input.Body);
        var read = ChatRequestReader.Read(body.RootElement);
        var chat = read.Chat with { ArrivedAt = arrivedAt, Journal = task.Journal };
        if (read.Stream) await StreamAsync(task, chat, read.IncludeUsage, cancellationToken);
        else await AnswerAsync(task, chat, cancellationToken);
        return new RunEnd(RunState.Completed);
    }

    public async Task<RunEnd> BreakOffAsync(RunTask task, Exception error, bool isStopped)
    {
        var refusal = isStopped
            ? new MillraceException(Reason.Cancelled, "Nobody read this answer for too long, so that it was stopped. Ask again.", error)
            : ErrorMiddleware.Translate(error);
        if (!isStopped) ApiLog.Failed(logger, "POST", "/v1/chat/completions", refusal, error);
        var hadStarted = task.Output.HasStarted;
        task.Output.BreakOff();
        if (hadStarted) await task.Output.EventAsync(FrameEvents.Error(refusal), CancellationToken.None);
        else await FrameEvents.RefuseAsync(task.Output, refusal);

        // What nobody saw, or what was stopped, is begun anew when it is asked for again.
        return new RunEnd(isStopped ? RunState.Cancelled : RunState.Failed, IsVoid: isStopped || !hadStarted);
    }

    private static int Total(ChatUsage usage) => usage.PromptTokens + usage.CompletionTokens;

    private async Task StreamAsync(RunTask task, ChatRequest chat, bool includeUsage, CancellationToken cancellationToken)
    {
        var sink = new SseSink(new FrameEvents(task.Output), includeUsage);
        await pipeline.RunAsync(chat, sink, cancellationToken);
        if (sink.Usage is { } usage) task.Output.Took(Total(usage));
    }

    private async Task AnswerAsync(RunTask task, ChatRequest chat, CancellationToken cancellationToken)
    {
        var sink = new CollectingSink();
        await pipeline.RunAsync(chat, sink, cancellationToken);
        task.Output.Took(Total(sink.Answer.Completed.Usage));
        var body = new ArrayBufferWriter<byte>(1024);
        CompletionWriter.Write(body, sink.Answer);
        var headers = new HeaderDictionary { ["Content-Type"] = ApiJson.ContentType };
        AnswerHeaders.Set(headers, sink.Answer.ServedBy, sink.Answer.Started.Timeline);
        await task.Output.BeginAsync(FrameEvents.Head(StatusCodes.Status200OK, headers), cancellationToken);
        await task.Output.BodyAsync(body.WrittenMemory, cancellationToken);
    }
}
