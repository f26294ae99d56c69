using Millrace.Edge.Configuration;
using Millrace.ServiceDefaults.Discovery;
using Yarp.ReverseProxy.Configuration;

namespace Millrace.Edge.Forwarding;

/// <summary>
/// Where the gateways are, kept up to date: when the configuration changes while the edge runs, new requests go by the new addresses and
/// those under way stay where they are.
/// </summary>
internal sealed class GatewayAddresses
{
    private readonly ServiceEndpoints _endpoints;
    private readonly LiveOptions<EdgeOptions> _options;
    private readonly ILogger<GatewayAddresses> _logger;
    private readonly Lock _lock = new();
    private volatile IReadOnlyList<Uri> _all;
    private TimeSpan _idleTimeout;

    public GatewayAddresses(ServiceEndpoints endpoints, LiveOptions<EdgeOptions> options, ILogger<GatewayAddresses> logger)
    {
        (_endpoints, _options, _logger) = (endpoints, options, logger);
        _all = Find() is { Count: > 0 } found
            ? found
            : [endpoints.Require(GatewayRoute.Service, GatewayRoute.Endpoint)];
        _idleTimeout = options.Value.GatewayIdleTimeout;
        Config = new InMemoryConfigProvider([GatewayRoute.Route, GatewayRoute.Document], [GatewayRoute.Cluster(_all, options.Value)]);
        options.OnChange(Update);
    }

    /// <summary>All gateways.</summary>
    public IReadOnlyList<Uri> All => _all;

    /// <summary>The proxy's configuration.</summary>
    public InMemoryConfigProvider Config { get; }

    private void Update()
    {
        lock (_lock) Apply(Find(), _options.Value);
    }

    private void Apply(List<Uri> found, EdgeOptions options)
    {
        var addresses = found.Count > 0 ? found : _all;
        if (addresses.SequenceEqual(_all) && options.GatewayIdleTimeout == _idleTimeout) return;
        (_all, _idleTimeout) = (addresses, options.GatewayIdleTimeout);
        Config.Update([GatewayRoute.Route, GatewayRoute.Document], [GatewayRoute.Cluster(addresses, options)]);
        EdgeLog.GatewaysSet(_logger, string.Join(", ", addresses));
    }

    private List<Uri> Find() =>
    [
        .. _endpoints.Names(GatewayRoute.Service)
            .Where(name => name == GatewayRoute.Service || name.StartsWith(GatewayRoute.Service + "-", StringComparison.OrdinalIgnoreCase))
            .SelectMany(name => _endpoints.All(name, GatewayRoute.Endpoint))
            .Distinct(),
    ];
}
