using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using GrpcInterceptor = Grpc.Core.Interceptors.Interceptor;

namespace Millrace.Standins.Tests.Qdrant;

/// <summary>What every call passes first: it keeps requests for tests to read, checks the key, and holds calls back when told to.</summary>
internal sealed class FakeGate
{
    public string? ApiKey { get; init; }

    public string Version { get; init; } = "1.18.0";

    public bool Stalls { get; set; }

    public ConcurrentQueue<(IMessage Request, Metadata Headers)> Calls { get; } = new();

    public T Last<T>() => Calls.Select(call => call.Request).OfType<T>().Last();

    internal sealed class Interceptor(FakeGate gate) : GrpcInterceptor
    {
        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            gate.Calls.Enqueue(((IMessage)request, context.RequestHeaders));
            if (gate.ApiKey is not null && context.RequestHeaders.GetValue("api-key") != gate.ApiKey)
                throw new RpcException(new Status(StatusCode.Unauthenticated, "Invalid API key"));
            if (gate.Stalls) await Task.Delay(Timeout.Infinite, context.CancellationToken);
            return await continuation(request, context);
        }
    }
}
