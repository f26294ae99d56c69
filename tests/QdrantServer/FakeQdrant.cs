using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Qdrant.Client;

namespace Millrace.QdrantServer;

/// <summary>A server that speaks Qdrant's protocol on a free port, with points in memory. It may be stopped and started again: it comes
/// back on the same port with its points, as a server does that keeps them on disk.</summary>
internal sealed class FakeQdrant : IAsyncDisposable
{
    private WebApplication? _app;

    private FakeQdrant(FakeGate gate)
    {
        Gate = gate;
        Address = new Uri("http://127.0.0.1:0");
        Client = null!;
    }

    public Uri Address { get; private set; }

    public QdrantClient Client { get; private set; }

    public FakeGate Gate { get; }

    public FakeStore Store { get; } = new();

    public FakeCollection this[string name] => Store.Get(name);

    public static async Task<FakeQdrant> StartAsync(string? apiKey = null)
    {
        var server = new FakeQdrant(new FakeGate { ApiKey = apiKey });
        await server.StartAgainAsync();
        server.Client = new QdrantClient(server.Address);
        return server;
    }

    /// <summary>Starts it, on the port that it had.</summary>
    public async Task StartAgainAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, Address.Port, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(Store);
        builder.Services.AddSingleton(Gate);
        builder.Services.AddGrpc(options => options.Interceptors.Add<FakeGate.Interceptor>());

        var app = builder.Build();
        app.MapGrpcService<FakeHealthService>();
        app.MapGrpcService<FakeCollectionsService>();
        app.MapGrpcService<FakePointsService>();
        await app.StartAsync();
        Address = new Uri(app.Urls.Single());
        _app = app;
    }

    public async Task StopAsync()
    {
        if (_app is not { } app) return;
        _app = null;
        await app.StopAsync();
        await app.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await StopAsync();
    }
}
