using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Millrace.Edge.Forwarding;
using Millrace.Edge.Health;
using Millrace.Edge.Requests;
using Millrace.ServiceDefaults.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace Millrace.Edge;

/// <summary>The one door to the service.</summary>
public static class EdgeServiceExtensions
{
    /// <summary>Adds the edge.</summary>
    public static WebApplicationBuilder AddEdge(this WebApplicationBuilder builder)
    {
        builder.Services.AddValidatedOptions<EdgeOptions>(EdgeOptions.Section);
        builder.Services.AddConnectionLimits();
        builder.Services.AddForwarding();
        builder.Services.AddHealthChecks().AddCheck<GatewayHealthCheck>("gateway");
        builder.Services.AddSingleton<GatewayHealthCheck>();

        // One line per forwarded request says less than a trace and costs more; EdgeLog says in one line what failed.
        builder.Logging.AddFilter("Yarp", LogLevel.Warning);
        builder.Logging.AddFilter("Yarp.ReverseProxy.Forwarder.HttpForwarder", LogLevel.Error);
        return builder;
    }

    /// <summary>Maps the public API. A request takes these steps in this order.</summary>
    public static WebApplication MapEdge(this WebApplication app)
    {
        app.Use(AnswerHeaders.SetAsync);
        app.Use(RequestIds.AssignAsync);
        app.Use(PublicPaths.AdmitAsync);
        app.Use(Tenants.AssignAsync);
        app.UseMiddleware<BodyLimit>();
        app.UseMiddleware<ForwardingErrors>();
        app.MapReverseProxy();
        return app;
    }

    private static void AddConnectionLimits(this IServiceCollection services) =>
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<EdgeOptions>>((kestrel, edge) =>
        {
            kestrel.Limits.MaxRequestHeadersTotalSize = edge.Value.HeaderBytesMax;
            kestrel.Limits.MaxRequestHeaderCount = edge.Value.HeadersMax;
            kestrel.Limits.MaxConcurrentConnections = edge.Value.ConnectionsMax;
            kestrel.Limits.RequestHeadersTimeout = edge.Value.HeadersTimeout;
        });

    private static void AddForwarding(this IServiceCollection services)
    {
        services.AddReverseProxy().ConfigureHttpClient((_, handler) => handler.ConnectTimeout = GatewayRoute.ConnectTimeout);
        services.AddSingleton<IProxyConfigProvider>(GatewayRoute.Create);
    }
}
