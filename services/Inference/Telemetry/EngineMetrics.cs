using System.Diagnostics.Metrics;
using Millrace.ServiceDefaults.Telemetry;

namespace Millrace.Inference.Telemetry;

/// <summary>What engines count of their steps. Recording costs some tens of nanoseconds, and nothing while nobody listens.</summary>
internal sealed class EngineMetrics
{
    private static readonly double[] StepBuckets = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];
    private static readonly double[] OverheadBuckets = [1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 1e-2];

    private readonly Histogram<double> _stepDuration;
    private readonly Histogram<double> _scheduleDuration;
    private readonly Histogram<double> _releaseDuration;
    private readonly Histogram<int> _batchSequences;
    private readonly Counter<long> _promptTokens;
    private readonly Counter<long> _cachedTokens;
    private readonly Counter<long> _generatedTokens;
    private readonly Counter<long> _draftedTokens;
    private readonly Counter<long> _acceptedTokens;

    /// <summary>Creates the instruments.</summary>
    public EngineMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(InferenceMetrics.SourceName);
        _stepDuration = Seconds(meter, "millrace.engine.step.duration", "One run of the model.", StepBuckets);
        _scheduleDuration = Seconds(meter, "millrace.engine.schedule.duration", "Deciding what a step computes.", OverheadBuckets);
        _releaseDuration = Seconds(meter, "millrace.engine.cancel.duration", "From a cancellation to the free slot.", StepBuckets);
        _batchSequences = meter.CreateHistogram<int>("millrace.engine.batch.sequences", "{sequence}", "Sequences of a step.");
        _promptTokens = meter.CreateCounter<long>("millrace.engine.prompt.tokens", "{token}", "Prompt tokens.");
        _cachedTokens = meter.CreateCounter<long>("millrace.engine.cached.tokens", "{token}", "Prompt tokens from the prefix cache.");
        _generatedTokens = meter.CreateCounter<long>("millrace.engine.generated.tokens", "{token}", "Generated tokens.");
        _draftedTokens = meter.CreateCounter<long>("millrace.engine.drafted.tokens", "{token}", "Tokens that were proposed.");
        _acceptedTokens = meter.CreateCounter<long>("millrace.engine.accepted.tokens", "{token}", "Proposed tokens that were confirmed.");
    }

    /// <summary>A step was run.</summary>
    public void Step(string model, int sequences, TimeSpan run, TimeSpan schedule)
    {
        _stepDuration.Record(run.TotalSeconds, Tag(model));
        _scheduleDuration.Record(schedule.TotalSeconds, Tag(model));
        _batchSequences.Record(sequences, Tag(model));
    }

    /// <summary>What a step gave.</summary>
    public void Tokens(string model, int generated, int drafted, int accepted)
    {
        if (generated > 0) _generatedTokens.Add(generated, Tag(model));
        if (drafted > 0) _draftedTokens.Add(drafted, Tag(model));
        if (accepted > 0) _acceptedTokens.Add(accepted, Tag(model));
    }

    /// <summary>A prompt was computed.</summary>
    public void Prompt(string model, int tokens, int cached)
    {
        _promptTokens.Add(tokens, Tag(model));
        if (cached > 0) _cachedTokens.Add(cached, Tag(model));
    }

    /// <summary>A cancelled request's slots are free.</summary>
    public void Released(string model, TimeSpan after) => _releaseDuration.Record(after.TotalSeconds, Tag(model));

    private static Histogram<double> Seconds(Meter meter, string name, string description, double[] buckets) => meter.CreateHistogram(
        name, GenAi.Seconds, description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });

    private static KeyValuePair<string, object?> Tag(string model) => new(GenAi.Attributes.RequestModel, model);
}
