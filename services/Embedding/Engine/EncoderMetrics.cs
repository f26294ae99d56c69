using System.Diagnostics.Metrics;
using Millrace.ServiceDefaults.Telemetry;

namespace Millrace.Embedding.Engine;

/// <summary>What the encoders measure.</summary>
internal sealed class EncoderMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Histogram<int> _batchTexts;
    private readonly Counter<long> _tokens;
    private readonly Counter<long> _lookups;
    private readonly UpDownCounter<long> _cacheBytes;

    public EncoderMetrics(IMeterFactory factory)
    {
        _meter = factory.Create("Millrace.Embedding");
        _batchTexts = _meter.CreateHistogram<int>("millrace.embedding.batch.texts", "{text}", "Texts computed together.");
        _tokens = _meter.CreateCounter<long>("millrace.embedding.tokens", GenAi.Tokens, "Tokens computed.");
        _lookups = _meter.CreateCounter<long>(
            "millrace.embedding.cache.lookups", "{text}", "Texts by outcome: hit (kept), shared (being computed for another call), miss.");
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
        _lookups.Add(texts, new(GenAi.Attributes.RequestModel, model), new("outcome", outcome));
    }

    public void CacheGrew(long bytes) => _cacheBytes.Add(bytes);

    public void Dispose() => _meter.Dispose();
}
