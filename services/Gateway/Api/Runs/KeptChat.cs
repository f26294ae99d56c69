using System.Text.Json;
using Millrace.Gateway.Runs;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Streaming;

namespace Millrace.Gateway.Api.Runs;

/// <summary>Chats that may be asked for again: <c>POST /v1/chat/completions</c> with an <c>Idempotency-Key</c>.</summary>
internal sealed class KeptChat(ChatPipeline pipeline, TimeProvider time, ILogger<KeptChat> logger) : KeptKind(logger)
{
    /// <summary>The name of the kind.</summary>
    public const string Kind = "chat";

    public override string Name => Kind;

    public override string Route => "/v1/chat/completions";

    public override bool IsStream(JsonElement body) => ChatRequestReader.Read(body).Stream;

    protected override async Task AnswerAsync(RunTask task, JsonElement body, CancellationToken cancellationToken)
    {
        var arrivedAt = time.GetTimestamp();
        var read = ChatRequestReader.Read(body);
        var chat = read.Chat with { ArrivedAt = arrivedAt, Journal = task.Journal };
        if (read.Stream) await StreamAsync(task, chat, read.IncludeUsage, cancellationToken);
        else await WholeAsync(task, chat, cancellationToken);
    }

    private async Task StreamAsync(RunTask task, ChatRequest chat, bool includeUsage, CancellationToken cancellationToken)
    {
        var sink = new SseSink(new FrameEvents(task.Output), includeUsage);
        await pipeline.RunAsync(chat, sink, cancellationToken);
        Took(task, sink.Usage);
    }

    private async Task WholeAsync(RunTask task, ChatRequest chat, CancellationToken cancellationToken)
    {
        var sink = new CollectingSink();
        await pipeline.RunAsync(chat, sink, cancellationToken);
        var answer = sink.Answer;
        Took(task, answer.Completed.Usage);
        await FrameEvents.AnswerAsync(task.Output, answer.Started, body => CompletionWriter.Write(body, answer), cancellationToken);
    }
}
