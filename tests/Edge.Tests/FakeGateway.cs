using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Millrace.TestShared;

namespace Millrace.Edge.Tests;

/// <summary>A real server in the gateway's place; each test says what it answers.</summary>
internal sealed class FakeGateway : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeGateway(WebApplication app) => _app = app;

    /// <summary>What it answers.</summary>
    public RequestDelegate Handler { get; set; } = _ => Task.CompletedTask;

    /// <summary>Where it listens.</summary>
    public string Address => _app.Urls.First();

    public static async Task<FakeGateway> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var gateway = new FakeGateway(app);
        app.Run(context => gateway.Handler(context));
        await app.StartAsync().DefaultTimeout();
        return gateway;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().DefaultTimeout();
        await _app.DisposeAsync();
    }
}
