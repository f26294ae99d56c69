using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.Logging;

namespace Millrace.ServiceDefaults.Clients;

/// <summary>
/// Owns the HTTP/2 channels for the life of the process: one per address, and one more for clients that may repeat other calls.
/// </summary>
public sealed class ServiceChannels(ILoggerFactory loggers, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<(Uri Address, string Repeated), Lazy<GrpcChannel>> _channels = new();

    /// <summary>A call invoker for a service: with deadline, propagation of tenant, request id and trace, and typed errors.</summary>
    /// <param name="service">The service's name, for messages.</param>
    /// <param name="address">Its address.</param>
    /// <param name="options">How it is called.</param>
    public CallInvoker Invoker(string service, Uri address, ServiceClientOptions options)
    {
        var key = (address, string.Join(' ', options.IdempotentMethods));
        var channel = _channels.GetOrAdd(key, _ => new Lazy<GrpcChannel>(() => Create(address, options)));
        return channel.Value.Intercept(new ServiceClientInterceptor(service, options.UnaryTimeout, time));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var channel in _channels.Values.Where(channel => channel.IsValueCreated)) channel.Value.Dispose();
    }

    private GrpcChannel Create(Uri address, ServiceClientOptions options) => GrpcChannel.ForAddress(address, new GrpcChannelOptions
    {
        LoggerFactory = loggers,
        MaxReceiveMessageSize = options.MessageBytesMax,
        MaxSendMessageSize = options.MessageBytesMax,
        ServiceConfig = RetryConfig(options),
        HttpHandler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            ConnectTimeout = TimeSpan.FromSeconds(5),
        },
        DisposeHttpClient = true,
    });

    private static ServiceConfig RetryConfig(ServiceClientOptions options)
    {
        var config = new ServiceConfig();
        foreach (var method in options.IdempotentMethods)
            config.MethodConfigs.Add(new MethodConfig { Names = { NameOf(method) }, RetryPolicy = Policy(options.AttemptsMax) });
        return config;
    }

    private static MethodName NameOf(string fullName)
    {
        var slash = fullName.IndexOf('/', StringComparison.Ordinal);
        return new MethodName { Service = fullName[..slash], Method = fullName[(slash + 1)..] };
    }

    private static RetryPolicy Policy(int attemptsMax) => new()
    {
        MaxAttempts = attemptsMax,
        InitialBackoff = TimeSpan.FromMilliseconds(50),
        MaxBackoff = TimeSpan.FromSeconds(1),
        BackoffMultiplier = 2,
        RetryableStatusCodes = { StatusCode.Unavailable },
    };
}
