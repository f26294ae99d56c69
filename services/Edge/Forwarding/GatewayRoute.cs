using System.Net;
using Millrace.Edge.Requests;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;

namespace Millrace.Edge.Forwarding;

/// <summary>The one route: everything under <c>/v1</c> goes to a gateway, as it comes and without buffering.</summary>
internal static class GatewayRoute
{
    /// <summary>Name of the gateway in the AppHost; further ones have a number behind it.</summary>
    public const string Service = "gateway";

    /// <summary>Name of its HTTP/1.1 endpoint.</summary>
    public const string Endpoint = "http";

    /// <summary>Time that a connection to the gateway may take.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The route.</summary>
    public static RouteConfig Route { get; } = new()
    {
        RouteId = "api",
        ClusterId = Service,
        Match = new RouteMatch { Path = PublicPaths.Api + "/{**rest}" },
    };

    /// <summary>The document that describes the API, which is no secret.</summary>
    public static RouteConfig Document { get; } = new()
    {
        RouteId = "document",
        ClusterId = Service,
        Match = new RouteMatch { Path = PublicPaths.Document.Value, Methods = [HttpMethods.Get] },
    };

    /// <summary>The gateways behind it.</summary>
    public static ClusterConfig Cluster(IReadOnlyList<Uri> addresses, EdgeOptions options) => new()
    {
        ClusterId = Service,
        LoadBalancingPolicy = LoadBalancingPolicies.LeastRequests,
        HealthCheck = addresses.Count > 1 ? HealthChecks(options) : null,
        Destinations = addresses.Select((address, i) => (address, i)).ToDictionary(
            item => $"{Service}-{item.i + 1}", item => new DestinationConfig { Address = item.address.AbsoluteUri }),
        HttpRequest = new ForwarderRequestConfig
        {
            ActivityTimeout = options.GatewayIdleTimeout,
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        },
    };

    // A lone gateway is asked whatever its health is: there is nobody else. The same when none of several is well.
    private static HealthCheckConfig HealthChecks(EdgeOptions options) => new()
    {
        AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyOrPanic,
        Active = new ActiveHealthCheckConfig
        {
            Enabled = true,
            Path = "/health",
            Policy = HealthCheckConstants.ActivePolicy.ConsecutiveFailures,
            Interval = options.ProbeInterval,
            Timeout = options.HealthTimeout,
        },
        Passive = new PassiveHealthCheckConfig
        {
            Enabled = true,
            Policy = FailedConnections.PolicyName,
            ReactivationPeriod = options.CoolDown,
        },
    };
}
