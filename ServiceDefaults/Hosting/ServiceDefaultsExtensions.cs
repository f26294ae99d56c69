using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Discovery;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Health;
using Millrace.ServiceDefaults.Telemetry;

namespace Millrace.ServiceDefaults.Hosting;

/// <summary>The two calls that every service's Program makes.</summary>
public static class ServiceDefaultsExtensions
{
    private const int MessageBytesMax = 64 * 1024 * 1024;
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(6);

    /// <summary>Adds listening, telemetry, health, discovery, gRPC with the error model, and time.</summary>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder)
    {
        builder.AddListening();
        builder.AddConsoleLog();
        builder.AddTelemetry();
        builder.AddGrpcServer();
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), [HealthEndpoints.LiveTag]);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<ServiceEndpoints>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        return builder;
    }

    /// <summary>Maps <c>/health</c>, <c>/alive</c> and the gRPC health service.</summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        app.MapHealthEndpoints();
        app.MapGrpcService<GrpcHealth>();
        return app;
    }

    // Aspire tells where to listen by ASPNETCORE_URLS, which cannot say which port speaks which protocol; the ports do. Without it, in a
    // container or a test, the ports are all there is.
    private static void AddListening(this WebApplicationBuilder builder)
    {
        var endpoints = EndpointOptions.From(name => builder.Configuration[name]);
        var urlsAreSet = builder.Configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 };
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            if (urlsAreSet) kestrel.ConfigureEndpointDefaults(listen => listen.Protocols = endpoints.ProtocolsOf(listen.IPEndPoint?.Port));
            else kestrel.Listen(endpoints);
        });
    }

    private static void Listen(this KestrelServerOptions kestrel, EndpointOptions endpoints)
    {
        if (endpoints.GrpcPort is { } grpc) kestrel.Listen(endpoints.Address, grpc, listen => listen.Protocols = HttpProtocols.Http2);
        if (endpoints.HttpPort is { } http) kestrel.Listen(endpoints.Address, http, listen => listen.Protocols = HttpProtocols.Http1);
    }

    private static void AddConsoleLog(this WebApplicationBuilder builder)
    {
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });

        // What ends a service is the last line on its standard error, where whoever started it looks first.
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Critical);

        // One line per request from the framework itself says less than our own facts and costs more.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Grpc", LogLevel.Warning);

        // These repeat the messages of refusals, which are for the caller and may quote the request: even who wants all of gRPC's logs does
        // not get them.
        builder.Logging.AddFilter("Grpc.AspNetCore.Server.ServerCallHandler", LogLevel.Warning);
        builder.Logging.AddFilter("Grpc.Net.Client.Internal.GrpcCall", LogLevel.Warning);

        // A check that is not yet healthy is no error: /health tells it to whoever asks.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.Critical);
    }

    private static void AddGrpcServer(this WebApplicationBuilder builder)
    {
        builder.Services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = MessageBytesMax;
            options.MaxSendMessageSize = MessageBytesMax;
            options.Interceptors.Add<CallContextInterceptor>();
            options.Interceptors.Add<ErrorInterceptor>();
        });
        builder.Services.AddSingleton<CallContextInterceptor>();
        builder.Services.AddSingleton<ErrorInterceptor>();
    }
}
