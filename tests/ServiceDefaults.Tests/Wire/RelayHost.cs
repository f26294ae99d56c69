using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Millrace.ServiceDefaults.Clients;
using Millrace.TestShared;

namespace Millrace.ServiceDefaults.Tests.Wire;

/// <summary>A running relay with a client that has everything that a service's own clients have.</summary>
public sealed class RelayHost : IAsyncDisposable
{
    private readonly ServiceUnderTest _service;
    private ServiceChannels? _channels;

    private RelayHost(ServiceUnderTest service) => _service = service;

    public ServiceUnderTest Service => _service;

    public Relay.RelayClient Client => new(_service.Invoker("relay"));

    public RelayBehaviours Behaviours => _service.Services.GetRequiredService<RelayBehaviours>();

    public ErrorLogs Errors => _service.Errors;

    public static async Task<RelayHost> StartAsync(params (string Key, string Value)[] settings) => new(await ServiceUnderTest.StartAsync(
        builder => builder.Services.AddSingleton<RelayBehaviours>(), app => app.MapGrpcService<RelayService>(), settings));

    /// <summary>What the relay does for orders with this name.</summary>
    public RelayHost On(string behaviour, Func<ServerCallContext, Task> action)
    {
        Behaviours.ByName[behaviour] = action;
        return this;
    }

    /// <summary>A client with other options than the default ones.</summary>
    public Relay.RelayClient ClientWith(ServiceClientOptions options, TimeProvider? time = null)
    {
        _channels ??= new ServiceChannels(_service.Services.GetRequiredService<ILoggerFactory>(), time ?? TimeProvider.System);
        return new Relay.RelayClient(_channels.Invoker("relay", _service.GrpcAddress, options));
    }

    public async ValueTask DisposeAsync()
    {
        _channels?.Dispose();
        await _service.DisposeAsync();
    }
}
