using System.Text.Json;
using Millrace.Gateway.Api.Runs;
using Millrace.Gateway.Completions;
using Millrace.Gateway.Runs;
using Millrace.Gateway.Streaming;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api.Completions;

/// <summary>Text completions that may be asked for again: <c>POST /v1/completions</c> with an <c>Idempotency-Key</c>.</summary>
internal sealed class KeptCompletion(CompletionPipeline pipeline, TimeProvider time, ILogger<KeptCompletion> logger) : KeptKind(logger)
{
    /// <summary>The name of the kind.</summary>
    public const string Kind = "completion";

    public override string Name => Kind;

    public override string Route => "/v1/completions";

    public override bool IsStream(JsonElement body) => CompletionRequestReader.Read(body).Stream;

    protected override async Task AnswerAsync(RunTask task, JsonElement body, CancellationToken cancellationToken)
    {
        var arrivedAt = time.GetTimestamp();
        var read = CompletionRequestReader.Read(body);
        var request = read.Completion with
        {
            Chat = read.Completion.Chat with { ArrivedAt = arrivedAt, Journal = task.Journal },
        };
        if (read.Stream) await StreamAsync(task, request, read.IncludeUsage, cancellationToken);
        else await WholeAsync(task, request, cancellationToken);
    }

    protected override MillraceException Translate(Exception error) => base.Translate(error).InWordsOfCompletions();

    private async Task StreamAsync(RunTask task, CompletionRequest request, bool includeUsage, CancellationToken cancellationToken)
    {
        var sink = new TextSseSink(new FrameEvents(task.Output), includeUsage);
        await pipeline.RunAsync(request, sink, cancellationToken);
        Took(task, sink.Usage);
    }

    private async Task WholeAsync(RunTask task, CompletionRequest request, CancellationToken cancellationToken)
    {
        var sink = new CollectingTextSink();
        await pipeline.RunAsync(request, sink, cancellationToken);
        var answer = sink.Answer;
        Took(task, answer.Completed.Usage);
        await FrameEvents.AnswerAsync(task.Output, answer.Started, body => TextCompletionWriter.Write(body, answer), cancellationToken);
    }
}
