using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Millrace.TestShared;

namespace Millrace.Embedding.Tests.Caching;

/// <summary>Adds up what one service measures: lookups by outcome, and computed tokens.</summary>
internal sealed class LookupCounts : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _counts = new();

    public LookupCounts(ServiceUnderTest service)
    {
        var scope = service.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == scope && instrument.Name is "millrace.embedding.cache.lookups" or "millrace.embedding.tokens")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) => Add(value, tags));
        _listener.Start();
    }

    public long Hits => Of("hit");

    public long Shared => Of("shared");

    public long Misses => Of("miss");

    public long Tokens => Of("tokens");

    public void Dispose() => _listener.Dispose();

    private long Of(string name) => _counts.GetValueOrDefault(name);

    private void Add(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var name = "tokens";
        foreach (var tag in tags)
            if (tag.Key == "outcome")
                name = (string)tag.Value!;
        _counts.AddOrUpdate(name, value, (_, sum) => sum + value);
    }
}
