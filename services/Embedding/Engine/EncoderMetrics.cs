using System.Diagnostics.Metrics;
using Millrace.ServiceDefaults.Telemetry;

namespace Millrace.Embedding.Engine;

/// <summary>What the encoders measure.</summary>
internal sealed class EncoderMetrics : IDisposable
{
    /// <summary>Outcome of a text that had to be computed.</summary>
    public const string Miss = "miss";

    private readonly Meter _meter;
    private readonly Histogram<int> _batchTexts;
    private readonly Counter<long> _tokens;
    private readonly Counter<long> _lookups;
    private readonly UpDownCounter<long> _cacheBytes;
    private long _texts;
    private long _textsNotComputed;

    public EncoderMetrics(IMeterFactory factory)
    {
        _meter = factory.Create("Millrace.Embedding");
        _batchTexts = _meter.CreateHistogram<int>("millrace.embedding.batch.texts", "{text}", "Texts computed together.");
        _tokens = _meter.CreateCounter<long>("millrace.embedding.tokens", GenAi.Tokens, "Tokens computed.");
        _lookups = _meter.CreateCounter<long>(
            "millrace.embedding.cache.lookups", "{text}", "Texts by outcome: hit (kept), shared (being computed for another call), miss.");
        _meter.CreateObservableGauge(
            "millrace.embedding.cache.hit_ratio", HitRatio, "1", "Share of the texts since the start that were not computed again.");
        _cacheBytes = _meter.CreateUpDownCounter<long>("millrace.embedding.cache.size", "By", "Memory of the vectors that are kept.");
    }

    public void BatchComputed(string model, int texts, int tokens)
    {
        var tag = new KeyValuePair<string, object?>(GenAi.Attributes.RequestModel, model);
        _batchTexts.Record(texts, tag);
        _tokens.Add(tokens, tag);
    }

    public void LookedUp(string model, string outcome, int texts)
    {
        if (texts == 0) return;
        Interlocked.Add(ref _texts, texts);
        if (outcome != Miss) Interlocked.Add(ref _textsNotComputed, texts);
        _lookups.Add(texts, new(GenAi.Attributes.RequestModel, model), new("outcome", outcome));
    }

    /// <summary>Share of the texts that were found or shared; 0 before the first.</summary>
    public double HitRatio() => Interlocked.Read(ref _texts) is > 0 and var texts
        ? (double)Interlocked.Read(ref _textsNotComputed) / texts
        : 0;

    public void CacheGrew(long bytes) => _cacheBytes.Add(bytes);

    public void Dispose() => _meter.Dispose();
}
