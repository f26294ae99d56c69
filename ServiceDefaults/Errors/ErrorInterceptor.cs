using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;

namespace Millrace.ServiceDefaults.Errors;

/// <summary>
/// The one place where a service's outcomes become gRPC statuses. A refusal keeps its reason; a cancelled call is not an error;
/// everything else is a defect of ours: logged in full, told to the caller without internals.
/// </summary>
internal sealed class ErrorInterceptor(ILogger<ErrorInterceptor> logger) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception error) when (error is not RpcException)
        {
            throw Translate(error, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception error) when (error is not RpcException)
        {
            throw Translate(error, context);
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(requestStream, context);
        }
        catch (Exception error) when (error is not RpcException)
        {
            throw Translate(error, context);
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (Exception error) when (error is not RpcException)
        {
            throw Translate(error, context);
        }
    }

    private RpcException Translate(Exception error, ServerCallContext context)
    {
        if (error is MillraceException refusal)
        {
            if (refusal.Reason.Info().Http < 500) ErrorLog.RequestRefused(logger, context.Method, refusal.Reason);
            else ErrorLog.RequestUnserved(logger, context.Method, refusal.Reason, refusal.InnerException);
            return refusal.ToRpcException();
        }

        // A reader or writer of an ended call fails in many ways (IOException, InvalidOperationException): the end is the cause.
        if (HasEnded(context))
        {
            ErrorLog.RequestCancelled(logger, context.Method);
            return new MillraceException(Reason.Cancelled, "The request was cancelled.").ToRpcException();
        }

        ErrorLog.RequestFailed(logger, context.Method, error);
        return new MillraceException(Reason.Internal,
                "The request failed because of a defect. The log has the details under this request's id.")
            .ToRpcException();
    }

    /// <summary>
    /// Whether the caller went away or its deadline passed. At a deadline the server completes the response with that status first, and
    /// cancels the call only when that is sent.
    /// </summary>
    private static bool HasEnded(ServerCallContext context) =>
        context.CancellationToken.IsCancellationRequested || context.Status.StatusCode == StatusCode.DeadlineExceeded;
}
