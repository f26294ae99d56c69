using System.Diagnostics;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Millrace.ServiceDefaults.Calls;

/// <summary>Makes the caller's tenant, request id and deadline the ambient <see cref="CallContext"/> of the handler.</summary>
internal sealed class CallContextInterceptor : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Enter(context);
        return continuation(request, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Enter(context);
        return continuation(request, responseStream, context);
    }

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Enter(context);
        return continuation(requestStream, context);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Enter(context);
        return continuation(requestStream, responseStream, context);
    }

    private static void Enter(ServerCallContext context)
    {
        var call = CallContext.FromMetadata(context.RequestHeaders, context.Deadline);
        CallContext.Current = call;
        Activity.Current?.SetTag("millrace.tenant", call.Tenant).SetTag("millrace.request.id", call.RequestId);
    }
}
