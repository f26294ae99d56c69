using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Millrace.ApiKeys;
using Millrace.Edge.Configuration;
using Millrace.Edge.Forwarding;
using Millrace.Edge.Health;
using Millrace.Edge.Keys;
using Millrace.Edge.Limits;
using Millrace.Edge.Requests;
using Millrace.Edge.Tls;
using Millrace.ServiceDefaults.Configuration;
using Millrace.ServiceDefaults.Hosting;
using Millrace.ServiceDefaults.Telemetry;
using StackExchange.Redis;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;

namespace Millrace.Edge;

/// <summary>The one door to the service.</summary>
public static class EdgeServiceExtensions
{
    private const string Redis = "redis";

    /// <summary>Adds the edge.</summary>
    public static WebApplicationBuilder AddEdge(this WebApplicationBuilder builder)
    {
        SettingsFile.AddTo(builder);
        builder.AddLiveOptions<EdgeOptions>(EdgeOptions.Section);
        builder.AddLiveOptions<CorsOptions>(CorsOptions.Section);
        builder.AddKeys();
        builder.AddLimits();
        builder.Services.Configure<TraceRateOptions>(traces => traces.FollowsCallers = false);
        builder.AddListening();
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
        app.Services.GetRequiredService<SettingsFile>().TellTo(app.Services.GetRequiredService<ILogger<SettingsFile>>());
        app.UseMiddleware<OverheadHeader>();
        app.Use(AnswerHeaders.SetAsync);
        app.Use(RequestIds.AssignAsync);
        app.UseMiddleware<Cors>();
        app.Use(PublicPaths.AdmitAsync);
        app.Use(OwnHeaders.RemoveAsync);
        app.UseMiddleware<KeyGate>();
        app.UseMiddleware<BodyLimit>();
        app.UseMiddleware<RateGate>();
        app.UseMiddleware<ForwardingErrors>();
        app.UseMiddleware<Explanations>();
        app.MapReverseProxy(proxy =>
        {
            proxy.Use(Redirection.RunAsync);
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        });
        return app;
    }

    private static void AddLiveOptions<TOptions>(this WebApplicationBuilder builder, string section)
        where TOptions : class
    {
        builder.AddCheckedOptions<TOptions>(section);
        builder.Services.AddSingleton<LiveOptions<TOptions>>();
    }

    // The check at start goes through the framework's monitor, which would go on to check every change, and throw.
    private static void AddCheckedOptions<TOptions>(this WebApplicationBuilder builder, string section)
        where TOptions : class
    {
        builder.Services.AddValidatedOptions<TOptions>(section);
        builder.Services.RemoveAll<IOptionsChangeTokenSource<TOptions>>();
    }

    private static void AddKeys(this WebApplicationBuilder builder)
    {
        var folder = DataFolders.For(builder.Configuration, SettingsFile.Folder);
        builder.AddCheckedOptions<KeyOptions>(KeyOptions.Section);
        builder.Services.AddSingleton<IKeyStore>(services => new FileKeyStore(
            services.GetRequiredService<IOptions<KeyOptions>>().Value.File ?? Path.Combine(folder, FileKeyStore.FileName)));
        builder.Services.AddSingleton<KeyRing>();
        builder.Services.AddSingleton<FailedKeys>();
        builder.Services.AddHostedService<KeyStart>();
        builder.Services.AddHostedService<KeyWatcher>();
    }

    private static void AddLimits(this WebApplicationBuilder builder)
    {
        builder.AddLiveOptions<LimitOptions>(LimitOptions.Section);
        builder.Services.AddSingleton<TokenUsage>();
        builder.Services.AddSingleton<MemoryRateLimiter>();
        builder.Services.AddSingleton<IRateLimiter>(services => services.GetRequiredService<MemoryRateLimiter>());
        if (builder.Configuration.GetValue<LimitStore>($"{LimitOptions.Section}:{nameof(LimitOptions.Store)}") != LimitStore.Redis) return;

        // Limits go on without Redis, and so does the edge's health.
        builder.AddRedisClient(Redis, settings => settings.DisableHealthChecks = true);
        builder.Services.AddSingleton<IRateLimiter>(services => ActivatorUtilities.CreateInstance<FallbackRateLimiter>(
            services,
            new RedisRateLimiter(services.GetRequiredService<IConnectionMultiplexer>()),
            services.GetRequiredService<MemoryRateLimiter>()));
    }

    private static void AddListening(this WebApplicationBuilder builder)
    {
        builder.AddCheckedOptions<TlsOptions>(TlsOptions.Section);
        builder.Services.AddSingleton<CertificateFiles>();
        builder.Services.AddHostedService(services => services.GetRequiredService<CertificateFiles>());
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IOptions<EdgeOptions>>(
            (kestrel, edge) => SetLimits(kestrel.Limits, edge.Value));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenWithTls(builder.Configuration));
    }

    private static void SetLimits(KestrelServerLimits limits, EdgeOptions edge)
    {
        limits.MaxRequestHeadersTotalSize = edge.HeaderBytesMax;
        limits.MaxRequestHeaderCount = edge.HeadersMax;
        limits.MaxConcurrentConnections = edge.ConnectionsMax;
        limits.RequestHeadersTimeout = edge.HeadersTimeout;
        limits.MinRequestBodyDataRate = edge.BodyBytesPerSecondMin == 0
            ? null
            : new MinDataRate(edge.BodyBytesPerSecondMin, edge.BodyGrace);
        limits.MinResponseDataRate = edge.AnswerBytesPerSecondMin == 0
            ? null
            : new MinDataRate(edge.AnswerBytesPerSecondMin, edge.AnswerGrace);
        limits.Http2.MaxStreamsPerConnection = edge.Http2StreamsMax;
        limits.Http2.MaxRequestHeaderFieldSize = Math.Min(edge.HeaderBytesMax, limits.Http2.MaxRequestHeaderFieldSize);
    }

    private static void AddForwarding(this IServiceCollection services)
    {
        services.AddReverseProxy().ConfigureHttpClient((_, handler) => handler.ConnectTimeout = GatewayRoute.ConnectTimeout);
        services.AddSingleton<GatewayAddresses>();
        services.AddSingleton<IPassiveHealthCheckPolicy, FailedConnections>();
        services.AddSingleton<IProxyConfigProvider>(provider => provider.GetRequiredService<GatewayAddresses>().Config);
    }
}
