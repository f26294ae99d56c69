using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Millrace.ServiceDefaults.Clients;
using Millrace.ServiceDefaults.Hosting;

namespace Millrace.TestShared;

/// <summary>
/// A whole service in the test's process, on real ports: Kestrel, the real gRPC server and interceptors, and a real client beside it.
/// It is composed by the same two extension methods as the service's Program.
/// </summary>
public sealed class ServiceUnderTest : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ServiceChannels _channels;

    private ServiceUnderTest(WebApplication app, Uri grpc, Uri http, ErrorLogs errors)
    {
        _app = app;
        _channels = new ServiceChannels(app.Services.GetRequiredService<ILoggerFactory>(), TimeProvider.System);
        GrpcAddress = grpc;
        HttpAddress = http;
        Errors = errors;
        Http = new HttpClient { BaseAddress = http };
    }

    /// <summary>Address of the gRPC port.</summary>
    public Uri GrpcAddress { get; }

    /// <summary>Address of the HTTP/1.1 port.</summary>
    public Uri HttpAddress { get; }

    /// <summary>A client of the HTTP port.</summary>
    public HttpClient Http { get; }

    /// <summary>The service's container.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>What the service logged at Error or above; a test that expects none asserts that it is empty.</summary>
    public ErrorLogs Errors { get; }

    /// <summary>Starts a service.</summary>
    /// <param name="add">Adds the service, as its Program does.</param>
    /// <param name="map">Maps the service, as its Program does.</param>
    /// <param name="settings">Configuration, such as <c>("Inference:Model", "tiny-rag-chat")</c>.</param>
    public static async Task<ServiceUnderTest> StartAsync(
        Action<WebApplicationBuilder> add, Action<WebApplication> map, params IEnumerable<(string Key, string Value)> settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Testing" });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["MILLRACE_GRPC_PORT"] = "0",
            ["MILLRACE_HTTP_PORT"] = "0",
            ["MILLRACE_MODELS_DIR"] = RepoPaths.Models,
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));
        var errors = new ErrorLogs();
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders().AddProvider(errors);
        add(builder);

        var app = builder.Build();
        app.MapServiceDefaults();
        map(app);
        await app.StartAsync().DefaultTimeout();
        var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        return new ServiceUnderTest(app, new Uri(addresses.First()), new Uri(addresses.Last()), errors);
    }

    /// <summary>A call invoker with everything that a service's own clients have.</summary>
    public CallInvoker Invoker(string service = "service-under-test") =>
        _channels.Invoker(service, GrpcAddress, new ServiceClientOptions());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _channels.Dispose();
        await _app.StopAsync().DefaultTimeout();
        await _app.DisposeAsync();
    }
}
