using System.Net;
using Grpc.AspNetCore.Server;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Millrace.Standins.Tests.Grpc.Wire;

namespace Millrace.Standins.Tests.Grpc;

/// <summary>Kestrel with the real gRPC server on a free port, cleartext HTTP/2, and a real channel to it.</summary>
public sealed class EchoHost : IAsyncDisposable
{
    private readonly WebApplication _server;

    private EchoHost(WebApplication server, GrpcChannel channel)
    {
        _server = server;
        Channel = channel;
    }

    public GrpcChannel Channel { get; }

    public Echo.EchoClient Client => new(Channel);

    public EchoProbe Probe => _server.Services.GetRequiredService<EchoProbe>();

    public static async Task<EchoHost> Start(Action<GrpcServiceOptions>? server = null, Action<GrpcChannelOptions>? client = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton<EchoProbe>();
        builder.Services.AddGrpc(options => server?.Invoke(options));

        var app = builder.Build();
        app.MapGrpcService<EchoService>();
        await app.StartAsync();

        var options = new GrpcChannelOptions();
        client?.Invoke(options);
        return new EchoHost(app, GrpcChannel.ForAddress(app.Urls.Single(), options));
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _server.DisposeAsync();
    }
}
