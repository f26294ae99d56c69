using System.Diagnostics;
using System.Diagnostics.Metrics;
using Millrace.Retrieval.Search;
using Millrace.ServiceDefaults.Telemetry;

namespace Millrace.Retrieval;

/// <summary>The service's activity source and meter.</summary>
internal sealed class RetrievalMetrics : IDisposable
{
    /// <summary>Name of both.</summary>
    public const string Name = "Millrace.Retrieval";

    private readonly ActivitySource _activities = new(Name);
    private readonly Meter _meter;
    private readonly Histogram<double> _searchDuration;
    private readonly Histogram<double> _stageDuration;
    private readonly Counter<long> _documents;
    private readonly Counter<long> _chunks;
    private readonly Counter<long> _degraded;

    private readonly TimeProvider _time;

    public RetrievalMetrics(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        _meter = meters.Create(Name);
        _searchDuration = _meter.CreateHistogram<double>(
            "millrace.retrieval.search.duration",
            GenAi.Seconds,
            "Duration of searches.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = GenAi.DurationBuckets });
        _degraded = _meter.CreateCounter<long>(
            "millrace.retrieval.search.degraded", "{search}", "Searches that were answered without one of their parts.");
        _stageDuration = _meter.CreateHistogram<double>(
            "millrace.retrieval.ingestion.stage.duration",
            GenAi.Seconds,
            "Duration of the stages of ingestion: parse, chunk, embed, store, index.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = GenAi.DurationBuckets });
        _documents = _meter.CreateCounter<long>("millrace.retrieval.documents", "{document}", "Documents that were indexed or failed.");
        _chunks = _meter.CreateCounter<long>("millrace.retrieval.chunks", "{chunk}", "Chunks that were indexed.");
    }

    /// <summary>Begins the span of a search.</summary>
    /// <param name="collections">Names of the collections.</param>
    /// <param name="topK">Passages that were asked for.</param>
    public Activity? StartSearch(IReadOnlyList<string> collections, int topK)
    {
        if (!_activities.HasListeners()) return null;
        var names = string.Join(',', collections);
        return _activities.StartActivity($"{GenAi.Operations.Retrieval} {names}", ActivityKind.Internal)?
            .SetTag(GenAi.Attributes.OperationName, GenAi.Operations.Retrieval)
            .SetTag(GenAi.Attributes.DataSourceId, names)
            .SetTag(GenAi.Attributes.RequestTopK, topK);
    }

    /// <summary>Measures a search until it is disposed.</summary>
    public SearchTimer TimeSearch(SearchMode mode) => new(_searchDuration, mode, _time);

    /// <summary>A search is answered without one of its parts.</summary>
    /// <param name="missing">The part, such as <c>embedding</c> or <c>rerank</c>.</param>
    public void Degraded(string missing) => _degraded.Add(1, new KeyValuePair<string, object?>("millrace.retrieval.missing", missing));

    /// <summary>Measures a stage of ingestion until it is disposed.</summary>
    public StageTimer TimeStage(string stage) => new(_stageDuration, stage, _time);

    /// <summary>Shows how many documents wait.</summary>
    /// <param name="depth">Counts them; asked only while somebody looks.</param>
    public void ObserveQueue(Func<long> depth) => _meter.CreateObservableGauge(
        "millrace.retrieval.queue.depth", depth, "{document}", "Documents that wait to be worked on.");

    /// <summary>A document was indexed.</summary>
    public void Ingested(int chunks)
    {
        _documents.Add(1, new KeyValuePair<string, object?>("outcome", "ready"));
        _chunks.Add(chunks);
    }

    /// <summary>A document failed.</summary>
    public void Failed() => _documents.Add(1, new KeyValuePair<string, object?>("outcome", "failed"));

    /// <inheritdoc/>
    public void Dispose()
    {
        _activities.Dispose();
        _meter.Dispose();
    }
}

/// <summary>Measures one search.</summary>
internal readonly struct SearchTimer(Histogram<double> duration, SearchMode mode, TimeProvider time) : IDisposable
{
    private readonly long _started = time.GetTimestamp();

    /// <summary>Records the duration.</summary>
    public void Dispose() => duration.Record(
        time.GetElapsedTime(_started).TotalSeconds, new KeyValuePair<string, object?>("millrace.retrieval.mode", mode.ToString()));
}

/// <summary>Measures one stage of ingestion.</summary>
internal readonly struct StageTimer(Histogram<double> duration, string stage, TimeProvider time) : IDisposable
{
    private readonly long _started = time.GetTimestamp();

    /// <summary>Records the duration.</summary>
    public void Dispose() => duration.Record(
        time.GetElapsedTime(_started).TotalSeconds, new KeyValuePair<string, object?>("millrace.retrieval.stage", stage));
}
