using System.Buffers;
using System.Text.Json;
using Millrace.Contracts.Sessions.V1;
using Millrace.Gateway.Api.Runs;
using Millrace.Gateway.Runs;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Http;

namespace Millrace.Gateway.Api.Responses;

/// <summary>Makes responses.</summary>
internal sealed class ResponseRun(ChatPipeline pipeline, TimeProvider time, ILogger<ResponseRun> logger) : IRunKind
{
    /// <summary>The name of the kind.</summary>
    public const string Kind = "response";

    public string Name => Kind;

    public async Task<RunEnd> RunAsync(RunTask task, CancellationToken cancellationToken)
    {
        var arrivedAt = time.GetTimestamp();
        var (state, place) = Read(task);
        var stream = state.Spec.Stream ? task.Output : null;
        var sink = new ResponseSink(state, new ResponseEvents(stream), stream);
        if (state.Spec.Background) await sink.BeginInBackgroundAsync(cancellationToken);
        var chat = state.Spec.Chat with
        {
            ArrivedAt = arrivedAt,
            Journal = task.IsKept ? task.Journal : null,
            ConversationId = place.ConversationId,
            ParentMessageId = place.ParentId,
            IsStored = state.Spec.Store,
        };
        await pipeline.RunAsync(chat, sink, cancellationToken);
        if (stream is null && !state.Spec.Background) await AnswerAsync(task.Output, state, sink.Started!, cancellationToken);
        return new RunEnd(RunState.Completed, ResponseRecord.Of(state, place, sink.StoredIds));
    }

    public async Task<RunEnd> BreakOffAsync(RunTask task, Exception error, bool isStopped)
    {
        var refusal = isStopped
            ? new MillraceException(Reason.Cancelled, "The response was cancelled.", error)
            : ErrorMiddleware.Translate(error);
        if (!isStopped) ApiLog.Failed(logger, "POST", "/v1/responses", refusal, error);
        var (state, place) = Read(task);
        state.Status = isStopped ? "cancelled" : "failed";
        state.Error = isStopped ? null : refusal;
        var isVoid = !task.Output.HasStarted && !state.Spec.Background;
        task.Output.BreakOff();
        if (isVoid) await FrameEvents.RefuseAsync(task.Output, refusal);
        else if (state.Spec.Stream) await TellAsync(task.Output, state, isStopped ? refusal : null);
        return new RunEnd(isStopped ? RunState.Cancelled : RunState.Failed, ResponseRecord.Of(state, place, []), isVoid);
    }

    private static (ResponseState State, ResponsePlace Place) Read(RunTask task)
    {
        using var body = JsonDocument.Parse(task.Input.Body);
        var place = JsonSerializer.Deserialize(task.Input.Context ?? "{}", ResponseRecordJson.Default.ResponsePlace)!;
        return (new ResponseState(task.Input.RunId, ResponseRequestReader.Read(body.RootElement), place, task.Input.CreatedAt), place);
    }

    private static async ValueTask TellAsync(RunOutput output, ResponseState state, MillraceException? stopped)
    {
        if (stopped is not null)
        {
            await output.EventAsync(ResponseEvents.Error(stopped, output.EventCount), CancellationToken.None);
            return;
        }

        var events = new ResponseEvents(output);
        events.GoOnBehind(output.EventCount);
        await new ResponseSink(state, events, output).TellAsync("response.failed", CancellationToken.None);
    }

    private static async ValueTask AnswerAsync(
        RunOutput output, ResponseState state, ChatStarted started, CancellationToken cancellationToken)
    {
        output.Took((state.Usage?.PromptTokens ?? 0) + (state.Usage?.CompletionTokens ?? 0));
        await FrameEvents.AnswerAsync(output, started, body => Write(body, state), cancellationToken);
    }

    private static void Write(IBufferWriter<byte> body, ResponseState state)
    {
        using var json = new Utf8JsonWriter(body, ApiJson.WriterOptions);
        state.Write(json);
    }
}
