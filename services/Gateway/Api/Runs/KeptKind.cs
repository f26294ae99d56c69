using System.Text.Json;
using Millrace.Contracts.Sessions.V1;
using Millrace.Gateway.Runs;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api.Runs;

/// <summary>Requests of one endpoint that may be asked for again: what the endpoint answers without a key, written into a run.</summary>
internal abstract class KeptKind(ILogger logger) : IRunKind
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <summary>The endpoint's path.</summary>
    public abstract string Route { get; }

    /// <summary>What goes out after a while of silence on a stream, its end included; null for a comment.</summary>
    public virtual byte[]? Ping => null;

    /// <summary>Checks a request.</summary>
    /// <returns>Whether its answer is streamed.</returns>
    /// <exception cref="MillraceException">Something is wrong with it; the exception names the field.</exception>
    public abstract bool IsStream(JsonElement body);

    /// <summary>The lines that tell of a failure in the middle of a stream.</summary>
    /// <param name="error">The failure.</param>
    /// <param name="requestId">Id of the request that is told so.</param>
    public virtual byte[] Failure(MillraceException error, string requestId) => FrameEvents.Error(error);

    /// <inheritdoc/>
    public async Task<RunEnd> RunAsync(RunTask task, CancellationToken cancellationToken)
    {
        using var body = JsonDocument.Parse(task.Input.Body);
        await AnswerAsync(task, body.RootElement, cancellationToken);
        return new RunEnd(RunState.Completed);
    }

    /// <inheritdoc/>
    public async Task<RunEnd> BreakOffAsync(RunTask task, Exception error, bool isStopped)
    {
        var refusal = isStopped
            ? new MillraceException(Reason.Cancelled, "Nobody read this answer for too long, so that it was stopped. Ask again.", error)
            : Translate(error);
        if (!isStopped) ApiLog.Failed(logger, "POST", Route, refusal, error);
        var hadStarted = task.Output.HasStarted;
        task.Output.BreakOff();
        if (hadStarted) await task.Output.EventAsync(Failure(refusal, task.Input.RequestId), CancellationToken.None);
        else await FrameEvents.RefuseAsync(task.Output, refusal, json => WriteRefusal(json, refusal, task.Input.RequestId));

        // What nobody saw, or what was stopped, is begun anew when it is asked for again.
        return new RunEnd(isStopped ? RunState.Cancelled : RunState.Failed, IsVoid: isStopped || !hadStarted);
    }

    /// <summary>Makes the answer.</summary>
    protected abstract Task AnswerAsync(RunTask task, JsonElement body, CancellationToken cancellationToken);

    /// <summary>The refusal behind any failure, in the words of the endpoint.</summary>
    protected virtual MillraceException Translate(Exception error) => ErrorMiddleware.Translate(error);

    /// <summary>Writes the body of a refusal.</summary>
    protected virtual void WriteRefusal(Utf8JsonWriter json, MillraceException error, string requestId) =>
        JsonSerializer.Serialize(json, error.ToOpenAi(), OpenAiErrorJson.Default.OpenAiError);

    /// <summary>Tells what an answer took.</summary>
    protected static void Took(RunTask task, ChatUsage? usage)
    {
        if (usage is not null) task.Output.Took(usage.PromptTokens + usage.CompletionTokens);
    }
}
