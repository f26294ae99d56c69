using Grpc.Core;
using Grpc.Core.Interceptors;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.ServiceDefaults.Clients;

/// <summary>
/// What every outgoing call needs: the caller's tenant, request id and deadline, a default deadline for unary calls, and failures as
/// <see cref="MillraceException"/>. Streams get the caller's deadline only: how long a generation takes is not known beforehand.
/// </summary>
internal sealed class ServiceClientInterceptor(string service, TimeSpan unaryTimeout, TimeProvider time) : Interceptor
{
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(request, Prepare(context, unaryTimeout));
        return new AsyncUnaryCall<TResponse>(
            Typed(call.ResponseAsync), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(request, Prepare(context, timeout: null));
        return new AsyncServerStreamingCall<TResponse>(
            new TypedErrorReader<TResponse>(call.ResponseStream, service),
            call.ResponseHeadersAsync,
            call.GetStatus,
            call.GetTrailers,
            call.Dispose);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(Prepare(context, timeout: null));
        return new AsyncClientStreamingCall<TRequest, TResponse>(
            call.RequestStream, Typed(call.ResponseAsync), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(Prepare(context, timeout: null));
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            call.RequestStream,
            new TypedErrorReader<TResponse>(call.ResponseStream, service),
            call.ResponseHeadersAsync,
            call.GetStatus,
            call.GetTrailers,
            call.Dispose);
    }

    private ClientInterceptorContext<TRequest, TResponse> Prepare<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, TimeSpan? timeout)
        where TRequest : class
        where TResponse : class
    {
        var current = CallContext.Current;
        var headers = new Metadata();
        foreach (var entry in context.Options.Headers ?? []) headers.Add(entry);
        headers.Add(CallContext.TenantHeader, current.Tenant);
        headers.Add(CallContext.RequestIdHeader, current.RequestId);
        if (current.Labels is { } labels) headers.Add(CallContext.LabelsHeader, HeldLabels.Write(labels));

        var options = context.Options.WithHeaders(headers);
        if (Earliest(options.Deadline, current.Deadline, timeout) is { } deadline) options = options.WithDeadline(deadline);
        return new ClientInterceptorContext<TRequest, TResponse>(context.Method, context.Host, options);
    }

    private DateTime? Earliest(DateTime? own, DateTime? caller, TimeSpan? timeout)
    {
        // A deadline of the call itself replaces the default, never the caller's: nobody waits longer than that.
        var limit = own ?? (timeout is { } span ? time.GetUtcNow().UtcDateTime + span : null);
        return limit is null ? caller : caller is null || limit < caller ? limit : caller;
    }

    private async Task<TResponse> Typed<TResponse>(Task<TResponse> response)
    {
        try
        {
            return await response;
        }
        catch (RpcException error)
        {
            throw error.ToMillraceException(service);
        }
    }
}
