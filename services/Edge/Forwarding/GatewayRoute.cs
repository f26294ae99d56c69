using System.Net;
using Microsoft.Extensions.Options;
using Millrace.Edge.Requests;
using Millrace.ServiceDefaults.Discovery;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Millrace.Edge.Forwarding;

/// <summary>The one route: everything under <c>/v1</c> goes to the gateway, as it comes and without buffering.</summary>
internal static class GatewayRoute
{
    /// <summary>Name of the gateway in the AppHost.</summary>
    public const string Service = "gateway";

    /// <summary>Name of its HTTP/1.1 endpoint.</summary>
    public const string Endpoint = "http";

    /// <summary>Time that a connection to the gateway may take.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The proxy's configuration, from where the gateway is and what the options say.</summary>
    public static InMemoryConfigProvider Create(IServiceProvider services)
    {
        var address = services.GetRequiredService<ServiceEndpoints>().Require(Service, Endpoint);
        var options = services.GetRequiredService<IOptions<EdgeOptions>>().Value;
        return new InMemoryConfigProvider([Route()], [Cluster(address, options)]);
    }

    private static RouteConfig Route() => new()
    {
        RouteId = "api",
        ClusterId = Service,
        Match = new RouteMatch { Path = PublicPaths.Api + "/{**rest}" },
    };

    private static ClusterConfig Cluster(Uri address, EdgeOptions options) => new()
    {
        ClusterId = Service,
        Destinations = new Dictionary<string, DestinationConfig> { ["0"] = new() { Address = address.AbsoluteUri } },
        HttpRequest = new ForwarderRequestConfig
        {
            ActivityTimeout = options.GatewayIdleTimeout,
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        },
    };
}
