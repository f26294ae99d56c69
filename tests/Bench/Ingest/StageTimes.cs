using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Millrace.Bench.Ingest;

/// <summary>Adds up what the service in this process says of its stages.</summary>
internal sealed class StageTimes : IDisposable
{
    private const string Instrument = "millrace.retrieval.ingestion.stage.duration";
    private const string Tag = "millrace.retrieval.stage";
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, double> _seconds = new();

    public StageTimes()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == Instrument) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) =>
        {
            foreach (var (key, value) in tags)
                if (key == Tag && value is string stage) _seconds.AddOrUpdate(stage, seconds, (_, sum) => sum + seconds);
        });
        _listener.Start();
    }

    /// <summary>Seconds by stage, over all workers.</summary>
    public IReadOnlyDictionary<string, double> Seconds => _seconds;

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();
}
