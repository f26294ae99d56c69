using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Qdrant.Client;

namespace Millrace.Standins.Tests.Qdrant;

/// <summary>A server that speaks Qdrant's protocol on a free port, with points in memory.</summary>
internal sealed class FakeQdrant : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeQdrant(WebApplication app)
    {
        _app = app;
        Client = new QdrantClient(Address);
    }

    public Uri Address => new(_app.Urls.Single());

    public QdrantClient Client { get; }

    public FakeGate Gate => _app.Services.GetRequiredService<FakeGate>();

    public FakeCollection this[string name] => _app.Services.GetRequiredService<FakeStore>().Get(name);

    public static async Task<FakeQdrant> StartAsync(string? apiKey = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton<FakeStore>();
        builder.Services.AddSingleton(new FakeGate { ApiKey = apiKey });
        builder.Services.AddGrpc(options => options.Interceptors.Add<FakeGate.Interceptor>());

        var app = builder.Build();
        app.MapGrpcService<FakeHealthService>();
        app.MapGrpcService<FakeCollectionsService>();
        app.MapGrpcService<FakePointsService>();
        await app.StartAsync();
        return new FakeQdrant(app);
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
