using System.Diagnostics;
using System.Diagnostics.Metrics;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Telemetry;

namespace Millrace.Upstreams;

/// <summary>Spans and figures of calls to upstreams, by the names of OpenTelemetry's GenAI conventions where one exists.</summary>
internal sealed class UpstreamTelemetry : IDisposable
{
    internal const string Retries = "millrace.upstream.retries";
    internal const string CircuitChanges = "millrace.upstream.circuit.changes";
    internal const string UpstreamName = "millrace.upstream.name";

    private readonly ActivitySource _activities;
    private readonly TimeProvider _time;
    private readonly Histogram<double> _duration;
    private readonly Histogram<long> _tokens;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _circuit;

    /// <summary>Creates the instruments.</summary>
    public UpstreamTelemetry(IMeterFactory meters, UpstreamHost host, TimeProvider time)
    {
        _time = time;
        _activities = new ActivitySource(host.SourceName);
        var meter = meters.Create(host.SourceName);
        _duration = meter.CreateHistogram(
            GenAi.Metrics.ClientOperationDuration,
            GenAi.Seconds,
            "Duration of calls to upstreams.",
            tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = GenAi.DurationBuckets });
        _tokens = meter.CreateHistogram(
            GenAi.Metrics.ClientTokenUsage,
            GenAi.Tokens,
            "Tokens that upstreams read and wrote.",
            tags: null,
            new InstrumentAdvice<long> { HistogramBucketBoundaries = [.. GenAi.TokenBuckets.Select(bound => (long)bound)] });
        _retries = meter.CreateCounter<long>(Retries, "{retry}", "Requests that were sent to an upstream again.");
        _circuit = meter.CreateCounter<long>(CircuitChanges, "{change}", "Circuits of upstreams that opened or closed.");
    }

    /// <summary>A call begins.</summary>
    public UpstreamObservation Begin(UpstreamModel model)
    {
        var address = model.Upstream.Address;
        var activity = _activities.StartActivity(model.SpanName, ActivityKind.Client)
            ?.SetTag(GenAi.Attributes.OperationName, GenAi.Operations.Chat)
            .SetTag(GenAi.Attributes.ProviderName, model.Upstream.Api.Provider)
            .SetTag(GenAi.Attributes.RequestModel, model.RemoteName)
            .SetTag(UpstreamName, model.Upstream.Name)
            .SetTag("server.address", address.Host)
            .SetTag("server.port", address.Port);
        return new UpstreamObservation(this, model, _time, activity);
    }

    /// <summary>A request is sent again.</summary>
    public void Retried(string upstream, Reason reason) =>
        _retries.Add(1, new(UpstreamName, upstream), new(GenAi.Attributes.ErrorType, reason.Info().Code));

    /// <summary>A circuit opened or closed.</summary>
    public void CircuitChanged(string upstream, bool isOpen) =>
        _circuit.Add(1, new(UpstreamName, upstream), new("millrace.upstream.circuit.state", isOpen ? "open" : "closed"));

    /// <inheritdoc/>
    public void Dispose() => _activities.Dispose();

    internal void Duration(UpstreamModel model, TimeSpan time, string? error)
    {
        var tags = Tags(model);
        if (error is not null) tags.Add(GenAi.Attributes.ErrorType, error);
        _duration.Record(time.TotalSeconds, tags);
    }

    internal void Tokens(UpstreamModel model, string type, long count)
    {
        var tags = Tags(model);
        tags.Add(GenAi.Attributes.TokenType, type);
        _tokens.Record(count, tags);
    }

    private static TagList Tags(UpstreamModel model) => new()
    {
        { GenAi.Attributes.OperationName, GenAi.Operations.Chat },
        { GenAi.Attributes.ProviderName, model.Upstream.Api.Provider },
        { GenAi.Attributes.RequestModel, model.RemoteName },
        { UpstreamName, model.Upstream.Name },
    };
}
