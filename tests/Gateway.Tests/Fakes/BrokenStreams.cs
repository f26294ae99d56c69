using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;

namespace Millrace.Gateway.Tests.Fakes;

/// <summary>Breaks a streamed answer off in its middle, as a service does that is being restarted.</summary>
internal sealed class BrokenStreams : Interceptor
{
    private int _left;

    /// <summary>How many more messages are lost with their streams.</summary>
    public int Left
    {
        get => Volatile.Read(ref _left);
        set => Volatile.Write(ref _left, value);
    }

    public IServiceCollection AddTo(IServiceCollection services) => services
        .AddSingleton(this)
        .Configure<GrpcServiceOptions>(options => options.Interceptors.Add<BrokenStreams>());

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        continuation(request, new Writer<TResponse>(this, responseStream), context);

    private sealed class Writer<T>(BrokenStreams owner, IServerStreamWriter<T> inner) : IServerStreamWriter<T>
    {
        public WriteOptions? WriteOptions
        {
            get => inner.WriteOptions;
            set => inner.WriteOptions = value;
        }

        public Task WriteAsync(T message) => Interlocked.Decrement(ref owner._left) >= 0
            ? throw new RpcException(new Status(StatusCode.Unavailable, "restarting"))
            : inner.WriteAsync(message);

        public Task WriteAsync(T message, CancellationToken cancellationToken) => WriteAsync(message);
    }
}
