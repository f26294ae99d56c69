using System.Diagnostics.Metrics;
using Millrace.ServiceDefaults.Telemetry;

namespace Millrace.Embedding.Engine;

/// <summary>What the encoders measure.</summary>
internal sealed class EncoderMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Histogram<int> _batchTexts;
    private readonly Counter<long> _tokens;

    public EncoderMetrics(IMeterFactory factory)
    {
        _meter = factory.Create("Millrace.Embedding");
        _batchTexts = _meter.CreateHistogram<int>("millrace.embedding.batch.texts", "{text}", "Texts computed together.");
        _tokens = _meter.CreateCounter<long>("millrace.embedding.tokens", GenAi.Tokens, "Tokens computed.");
    }

    public void BatchComputed(string model, int texts, int tokens)
    {
        var tag = new KeyValuePair<string, object?>(GenAi.Attributes.RequestModel, model);
        _batchTexts.Record(texts, tag);
        _tokens.Add(tokens, tag);
    }

    public void Dispose() => _meter.Dispose();
}
