using System.Diagnostics;
using System.Diagnostics.Metrics;
using Millrace.Gateway.Citations;
using Millrace.Gateway.Resilience;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Telemetry;
using Names = Millrace.ServiceDefaults.Telemetry.GenAi.Attributes;

namespace Millrace.Gateway.Telemetry;

/// <summary>Spans and metrics of the Gateway. They carry names, counts and times, never text.</summary>
public sealed class GatewayTelemetry : IDisposable
{
    private const string SourceName = "Millrace.Gateway";
    private const string Provider = "millrace";
    private const string CitationsMetric = "millrace.citations";
    private static readonly double[] FineBuckets =
        [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60];

    private const string OverheadMetric = "millrace.request.overhead";
    private const string OutcomeTag = "millrace.citation.outcome";

    private readonly ActivitySource _source = new(SourceName);
    private readonly Meter _meter;
    private readonly ResilienceTelemetry _resilience;
    private readonly TimeProvider _time;
    private readonly Histogram<double> _duration;
    private readonly Histogram<long> _tokens;
    private readonly Histogram<double> _steps;
    private readonly Histogram<double> _overhead;
    private readonly Counter<long> _citations;

    /// <summary>Creates the instruments.</summary>
    public GatewayTelemetry(IMeterFactory meters, ResilienceTelemetry resilience, TimeProvider time)
    {
        (_resilience, _time) = (resilience, time);
        _meter = meters.Create(SourceName);
        _duration = Seconds(GenAi.Metrics.ClientOperationDuration);
        _steps = Fine(GenAi.Metrics.PipelineStepDuration);
        _overhead = Fine(OverheadMetric);
        _citations = _meter.CreateCounter<long>(CitationsMetric, "{citation}", "What became of the citations that models wrote.");
        _tokens = _meter.CreateHistogram(
            GenAi.Metrics.ClientTokenUsage,
            GenAi.Tokens,
            null,
            null,
            new InstrumentAdvice<long> { HistogramBucketBoundaries = TokenBuckets() });
    }

    /// <summary>Starts the span of a whole request.</summary>
    public Activity? StartRequest(ChatRequest request) =>
        _source.StartActivity("chat pipeline")
            ?.SetTag(Names.RequestModel, request.Model)
            .SetTag(Names.ConversationId, request.ConversationId);

    /// <summary>Starts the span and the clock of a step.</summary>
    /// <param name="step">Its name, such as <c>retrieve</c>.</param>
    /// <param name="run">The request.</param>
    public StepScope Step(string step, ChatRun run) => new(this, step, run.Timeline, Start(step, ActivityKind.Internal, run.Activity));

    /// <summary>Starts the span of a generation.</summary>
    public CallScope StartChatCall(ChatRun run, Activity? parent)
    {
        var model = run.Plan.Model.Name;
        var activity = Start($"{GenAi.Operations.Chat} {model}", ActivityKind.Client, parent)
            ?.SetTag(Names.OperationName, GenAi.Operations.Chat)
            .SetTag(Names.ProviderName, Provider)
            .SetTag(Names.RequestModel, model)
            .SetTag(Names.ConversationId, run.Plan.Request.ConversationId);
        return new CallScope(this, GenAi.Operations.Chat, model, activity);
    }

    /// <summary>Records what a generation that went well used; a request may have several.</summary>
    public void EndChatCall(CallScope call, ChatRun run, ChatUsage usage)
    {
        call.Succeeded();
        call.Activity?.SetTag(Names.ResponseModel, run.ServedBy)
            .SetTag(Names.ResponseId, run.Id)
            .SetTag(Names.InputTokens, usage.PromptTokens)
            .SetTag(Names.OutputTokens, usage.CompletionTokens)
            .SetTag(Names.CacheReadInputTokens, usage.CachedTokens);
        Count(GenAi.Operations.Chat, run.Plan.Model.Name, usage.PromptTokens, usage.CompletionTokens);
    }

    /// <summary>Counts what a generation used that ended before it was whole: its client left, its time was over, or it failed.</summary>
    public void BreakChatCall(ChatRun run, ChatUsage usage)
    {
        if (usage.PromptTokens > 0 || usage.CompletionTokens > 0)
            Count(GenAi.Operations.Chat, run.Plan.Model.Name, usage.PromptTokens, usage.CompletionTokens);
    }

    /// <summary>Starts the span of an embedding.</summary>
    public CallScope StartEmbeddings(string model) => new(
        this,
        GenAi.Operations.Embeddings,
        model,
        _source.StartActivity($"{GenAi.Operations.Embeddings} {model}", ActivityKind.Client)
            ?.SetTag(Names.OperationName, GenAi.Operations.Embeddings)
            .SetTag(Names.ProviderName, Provider)
            .SetTag(Names.RequestModel, model));

    /// <summary>Counts the tokens of an operation.</summary>
    public void Count(string operation, string model, int inputTokens, int outputTokens)
    {
        _tokens.Record(inputTokens, [.. Tags(operation, model), new(Names.TokenType, "input")]);
        if (outputTokens > 0) _tokens.Record(outputTokens, [.. Tags(operation, model), new(Names.TokenType, "output")]);
    }

    /// <summary>Counts what became of an answer's citations.</summary>
    public void CountCitations(CitationCounts counts)
    {
        foreach (var (outcome, count) in new[] { ("kept", counts.Kept), ("moved", counts.Moved), ("dropped", counts.Dropped) })
            if (count > 0) _citations.Add(count, new KeyValuePair<string, object?>(OutcomeTag, outcome));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _source.Dispose();
        _meter.Dispose();
    }

    /// <summary>Records what the platform itself took of a request that has ended, and what was missing.</summary>
    public void EndRequest(ChatRun run)
    {
        _overhead.Record(run.Timeline.Overhead.TotalSeconds);
        _resilience.Degraded(run.Degraded);
    }

    internal void RecordStep(string step, long startedAt) =>
        _steps.Record(_time.GetElapsedTime(startedAt).TotalSeconds, new KeyValuePair<string, object?>("millrace.pipeline.step", step));

    internal void RecordCall(CallScope call, long startedAt)
    {
        KeyValuePair<string, object?>[] tags = [.. Tags(call.Operation, call.Model)];
        if (!call.HasSucceeded) tags = [.. tags, new(Names.ErrorType, "error")];
        _duration.Record(_time.GetElapsedTime(startedAt).TotalSeconds, tags);
    }

    internal long Now() => _time.GetTimestamp();

    private static IEnumerable<KeyValuePair<string, object?>> Tags(string operation, string model) =>
    [
        new(Names.OperationName, operation),
        new(Names.ProviderName, Provider),
        new(Names.RequestModel, model),
    ];

    private static long[] TokenBuckets() => [.. GenAi.TokenBuckets.Select(bound => (long)bound)];

    private Activity? Start(string name, ActivityKind kind, Activity? parent) =>
        _source.StartActivity(name, kind, parent?.Context ?? Activity.Current?.Context ?? default);

    private Histogram<double> Seconds(string name) => _meter.CreateHistogram(
        name, GenAi.Seconds, null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = GenAi.DurationBuckets });

    // What the platform takes for itself is a matter of milliseconds.
    private Histogram<double> Fine(string name) => _meter.CreateHistogram(
        name, GenAi.Seconds, null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = FineBuckets });
}
