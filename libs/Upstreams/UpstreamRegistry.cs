using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Millrace.Upstreams;

/// <summary>The upstreams of this process, and which model is whose.</summary>
internal sealed class UpstreamRegistry : IDisposable
{
    private readonly Dictionary<string, UpstreamModel> _models;
    private readonly string _default;

    /// <summary>Creates the upstreams that are configured.</summary>
    public UpstreamRegistry(
        IOptions<UpstreamsOptions> upstreams,
        UpstreamHost host,
        UpstreamTelemetry telemetry,
        TimeProvider time,
        ILogger<UpstreamRegistry> logger)
    {
        var parts = new UpstreamParts(time, telemetry, logger, Random.Shared.NextDouble);
        Upstreams = [.. upstreams.Value.OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => new Upstream(entry.Key, entry.Value, parts))];
        _models = Upstreams
            .SelectMany(upstream => upstream.Options.Models.Select(model => new UpstreamModel(upstream, model.Key, model.Value)))
            .ToDictionary(model => model.Name, StringComparer.Ordinal);
        _default = host.DefaultModel;
        foreach (var upstream in Upstreams)
            UpstreamLog.UpstreamConfigured(logger, upstream.Name, upstream.Address.Host, string.Join(", ", upstream.Options.Models.Keys));
    }

    /// <summary>The upstreams, by name.</summary>
    public IReadOnlyList<Upstream> Upstreams { get; }

    /// <summary>The models behind them, by name.</summary>
    public IEnumerable<UpstreamModel> Models => _models.Values.OrderBy(model => model.Name, StringComparer.Ordinal);

    /// <summary>The model for requests that name none, when an upstream serves it.</summary>
    public UpstreamModel? Default => _models.GetValueOrDefault(_default);

    /// <summary>The model of this name, the default one for an empty name; null when no upstream serves it.</summary>
    public UpstreamModel? Find(string name) => name.Length == 0 ? Default : _models.GetValueOrDefault(name);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var upstream in Upstreams) upstream.Dispose();
    }
}
