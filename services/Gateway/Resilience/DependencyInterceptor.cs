using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Millrace.Gateway.Resilience;

/// <summary>
/// Sends every call of a service through its gate. Unary calls take a place and have the service's time; a stream that is answered while
/// a model writes asks for leave only, since the generation that it belongs to has a place already.
/// </summary>
internal sealed class DependencyInterceptor(DependencyGate gate) : Interceptor
{
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        gate.RequireCircuit();
        var budget = gate.Deadline();
        var entering = EnterAsync(context.Options.CancellationToken);
        var started = entering.IsCompletedSuccessfully
            ? Task.FromResult(new Started<TResponse>(Continue(), entering.Result))
            : StartAsync(entering.AsTask());
        return new AsyncUnaryCall<TResponse>(
            ResponseAsync(started, budget),
            HeadersAsync(started),
            () => Call(started).GetStatus(),
            () => Call(started).GetTrailers(),
            () => Dispose(started));

        AsyncUnaryCall<TResponse> Continue() => continuation(request, WithBudget(context, budget));

        async Task<Started<TResponse>> StartAsync(Task<Bulkhead.Place> waiting)
        {
            var place = await waiting;
            return new Started<TResponse>(Continue(), place);
        }
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        gate.RequireCircuit();
        var call = continuation(request, context);
        var reader = new GatedReader<TResponse>(call.ResponseStream, gate);
        return new AsyncServerStreamingCall<TResponse>(
            reader, call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, () => reader.Leave(call.Dispose));
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        gate.RequireCircuit();
        var call = continuation(context);
        var reader = new GatedReader<TResponse>(call.ResponseStream, gate);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            call.RequestStream,
            reader,
            call.ResponseHeadersAsync,
            call.GetStatus,
            call.GetTrailers,
            () => reader.Leave(call.Dispose));
    }

    private async ValueTask<Bulkhead.Place> EnterAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await gate.EnterAsync(cancellationToken);
        }
        catch
        {
            // Nothing was asked, so that nothing is known of the service.
            gate.Circuit.Abandoned();
            throw;
        }
    }

    private async Task<TResponse> ResponseAsync<TResponse>(Task<Started<TResponse>> starting, DateTime budget)
    {
        var started = await starting;
        using var place = started.Place;
        try
        {
            var response = await started.Call.ResponseAsync;
            gate.Succeeded();
            return response;
        }
        catch (Exception error)
        {
            gate.Failed(error, budget);
            throw;
        }
    }

    private static async Task<Metadata> HeadersAsync<TResponse>(Task<Started<TResponse>> starting) =>
        await (await starting).Call.ResponseHeadersAsync;

    private static AsyncUnaryCall<TResponse> Call<TResponse>(Task<Started<TResponse>> started) => started.IsCompletedSuccessfully
        ? started.Result.Call
        : throw new InvalidOperationException("The call has not begun: it waits for its place.");

    private static void Dispose<TResponse>(Task<Started<TResponse>> started)
    {
        if (started.IsCompletedSuccessfully) started.Result.Call.Dispose();
    }

    private static ClientInterceptorContext<TRequest, TResponse> WithBudget<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, DateTime budget)
        where TRequest : class
        where TResponse : class
    {
        var own = context.Options.Deadline is { } deadline && deadline < budget ? deadline : budget;
        return new ClientInterceptorContext<TRequest, TResponse>(context.Method, context.Host, context.Options.WithDeadline(own));
    }

    private sealed record Started<TResponse>(AsyncUnaryCall<TResponse> Call, Bulkhead.Place Place);

    private sealed class GatedReader<T>(IAsyncStreamReader<T> inner, DependencyGate gate) : IAsyncStreamReader<T>
    {
        private volatile bool _isReported;

        public T Current => inner.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            try
            {
                var isThere = await inner.MoveNext(cancellationToken);
                _isReported = true;
                gate.Succeeded();
                return isThere;
            }
            catch (Exception error)
            {
                _isReported = true;
                gate.Failed(error, budget: null);
                throw;
            }
        }

        /// <summary>
        /// The caller has no more use for the stream. It may never have read: then nothing is known of the service, and the next attempt
        /// finds out. An attempt that nobody reports would keep the circuit open for ever.
        /// </summary>
        public void Leave(Action dispose)
        {
            if (!_isReported) gate.Circuit.Abandoned();
            dispose();
        }
    }
}
