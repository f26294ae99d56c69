using System.Diagnostics;
using System.Diagnostics.Metrics;
using Millrace.Inference.Models;
using Millrace.ServiceDefaults.Telemetry;

namespace Millrace.Inference.Telemetry;

/// <summary>The member's metrics and spans, by the names of OpenTelemetry's GenAI conventions where one exists.</summary>
internal sealed class InferenceMetrics
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string SourceName = "Millrace.Inference";

    private static readonly ActivitySource Activities = new(SourceName);

    private readonly TimeProvider _time;
    private readonly Histogram<double> _firstToken;
    private readonly Histogram<double> _perToken;
    private readonly Histogram<double> _duration;

    /// <summary>Creates the instruments; gauges read the engines that are loaded when they are asked.</summary>
    public InferenceMetrics(IMeterFactory meters, ModelHost models, TimeProvider time)
    {
        _time = time;
        var meter = meters.Create(SourceName);
        _firstToken = Seconds(meter, GenAi.Metrics.ServerTimeToFirstToken, "From arrival to the first token.", GenAi.FirstTokenBuckets);
        _perToken = Seconds(meter, GenAi.Metrics.ServerTimePerOutputToken, "Between tokens after the first.", GenAi.PerTokenBuckets);
        _duration = Seconds(meter, GenAi.Metrics.ServerRequestDuration, "From arrival to the end.", GenAi.DurationBuckets);
        meter.CreateObservableGauge(
            GenAi.Metrics.QueueDepth,
            () => models.Loaded.Select(model => Gauge(model.Engine.Snapshot.QueueDepth, model)),
            "{request}",
            "Sequences that wait for a slot.");
        meter.CreateObservableGauge(
            GenAi.Metrics.KvUtilisation,
            () => models.Loaded.Select(model => Gauge(Utilisation(model), model)),
            "1",
            "Share of the KV cells in use.");
        meter.CreateObservableGauge(
            "millrace.prefix_cache.tokens",
            () => models.Loaded.Select(model => Gauge(model.Engine.Snapshot.CachedTokens, model)),
            GenAi.Tokens,
            "Tokens of finished sequences whose state is kept, in the cells or in memory.");
    }

    /// <summary>A generation begins.</summary>
    public GenerationObservation Begin(string model) =>
        new(this, model, _time, Activities.StartActivity($"{GenAi.Operations.Chat} {model}")
            ?.SetTag(GenAi.Attributes.OperationName, GenAi.Operations.Chat)
            .SetTag(GenAi.Attributes.ProviderName, "millrace")
            .SetTag(GenAi.Attributes.RequestModel, model));

    internal void FirstToken(string model, TimeSpan time) => _firstToken.Record(time.TotalSeconds, Tag(model));

    internal void PerToken(string model, TimeSpan time) => _perToken.Record(time.TotalSeconds, Tag(model));

    internal void Duration(string model, TimeSpan time, string? error)
    {
        if (error is null) _duration.Record(time.TotalSeconds, Tag(model));
        else _duration.Record(time.TotalSeconds, Tag(model), new(GenAi.Attributes.ErrorType, error));
    }

    private static Histogram<double> Seconds(Meter meter, string name, string description, double[] buckets) => meter.CreateHistogram(
        name, GenAi.Seconds, description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });

    private static double Utilisation(LoadedModel model) => (double)model.Engine.Snapshot.KvCellsUsed / model.Engine.Snapshot.KvCellsTotal;

    private static Measurement<double> Gauge(double value, LoadedModel model) => new(value, Tag(model.Name));

    private static KeyValuePair<string, object?> Tag(string model) => new(GenAi.Attributes.RequestModel, model);
}
