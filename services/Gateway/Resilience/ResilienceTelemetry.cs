using System.Diagnostics.Metrics;
using Millrace.Gateway.Inference;
using Millrace.ServiceDefaults.Telemetry;

namespace Millrace.Gateway.Resilience;

/// <summary>What is told of services that are slow or absent: names, counts and times.</summary>
public sealed class ResilienceTelemetry
{
    internal const string DegradedMetric = "millrace.degraded";
    internal const string ActiveMetric = "millrace.degraded.active";
    internal const string ModeTag = "millrace.degraded.mode";
    private const string DependencyTag = "millrace.dependency";

    private readonly Meter _meter;
    private readonly Counter<long> _degraded;
    private readonly Counter<long> _shed;
    private readonly Histogram<double> _waits;
    private readonly Counter<long> _fallbacks;
    private readonly Counter<long> _hedges;

    /// <summary>Creates the instruments; the factory owns their meter.</summary>
    public ResilienceTelemetry(IMeterFactory meters)
    {
        _meter = meters.Create(PoolTelemetry.MeterName);
        _degraded = _meter.CreateCounter<long>(DegradedMetric, "{request}", "Requests that were answered without a part, by its name.");
        _shed = _meter.CreateCounter<long>("millrace.dependency.shed", "{call}", "Calls that were refused because too many waited.");
        _fallbacks = _meter.CreateCounter<long>("millrace.fallbacks", "{request}", "Requests that another model was asked for.");
        _hedges = _meter.CreateCounter<long>("millrace.hedges", "{request}", "Second members asked, by which of the two was first.");
        _waits = _meter.CreateHistogram(
            "millrace.dependency.wait.duration",
            GenAi.Seconds,
            "How long calls waited that found no place at once.",
            null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = GenAi.FirstTokenBuckets });
    }

    /// <summary>Counts the modes in which a request was answered.</summary>
    public void Degraded(IEnumerable<string> modes)
    {
        foreach (var mode in modes) _degraded.Add(1, new KeyValuePair<string, object?>(ModeTag, mode));
    }

    /// <summary>Counts a request whose model failed before its first token.</summary>
    public void FellBack(string from, string to) =>
        _fallbacks.Add(1, new("millrace.fallback.from", from), new KeyValuePair<string, object?>("millrace.fallback.to", to));

    /// <summary>Counts a request that a second member was asked for.</summary>
    /// <param name="secondWon">Whether the second one answered first.</param>
    public void Hedged(bool secondWon) =>
        _hedges.Add(1, new KeyValuePair<string, object?>("millrace.hedge.first", secondWon ? "second" : "first"));

    internal void Shed(string dependency, ShedReason reason) => _shed.Add(
        1,
        new(DependencyTag, dependency),
        new KeyValuePair<string, object?>("reason", reason switch
        {
            ShedReason.Full => "full", ShedReason.Overloaded => "overloaded", _ => "too_late",
        }));

    internal void Waited(string dependency, TimeSpan wait) =>
        _waits.Record(wait.TotalSeconds, new KeyValuePair<string, object?>(DependencyTag, dependency));

    /// <summary>Tells the state of the gates, and the modes that are active, to whoever asks.</summary>
    internal void Observe(IReadOnlyCollection<DependencyGate> gates, Func<IEnumerable<string>> activeModes)
    {
        _meter.CreateObservableGauge("millrace.dependency.running", () => Of(gates, gate => gate.Bulkhead.Running), "{call}");
        _meter.CreateObservableGauge("millrace.dependency.waiting", () => Of(gates, gate => gate.Bulkhead.Waiting), "{call}");
        _meter.CreateObservableGauge("millrace.dependency.circuit", () => Of(gates, gate => gate.Circuit.IsOpen ? 1 : 0), "1");
        _meter.CreateObservableGauge(ActiveMetric, () => Active(activeModes()), "1", "Modes that requests are answered in now.");
    }

    private static IEnumerable<Measurement<int>> Of(IEnumerable<DependencyGate> gates, Func<DependencyGate, int> read) =>
        [.. gates.Select(gate => new Measurement<int>(read(gate), new KeyValuePair<string, object?>(DependencyTag, gate.Name)))];

    private static IEnumerable<Measurement<int>> Active(IEnumerable<string> modes)
    {
        var active = modes.ToHashSet();
        return
        [
            .. DegradedModes.OfDependencies.Select(mode => new Measurement<int>(
                active.Contains(mode.Name) ? 1 : 0, new KeyValuePair<string, object?>(ModeTag, mode.Name))),
        ];
    }
}
