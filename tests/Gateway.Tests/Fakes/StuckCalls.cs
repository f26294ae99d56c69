using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;

namespace Millrace.Gateway.Tests.Fakes;

/// <summary>Keeps the calls of one method from ending until their callers give up.</summary>
internal sealed class StuckCalls : Interceptor
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Name of the method; null for none.</summary>
    public string? Method { get; set; }

    /// <summary>Completes when a call of it is there.</summary>
    public Task Reached => _reached.Task;

    /// <summary>Completes when the call was given up.</summary>
    public Task Cancelled => _cancelled.Task;

    public IServiceCollection AddTo(IServiceCollection services) => services
        .AddSingleton(this)
        .Configure<GrpcServiceOptions>(options => options.Interceptors.Add<StuckCalls>());

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        await HoldAsync(context);
        return await continuation(request, context);
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        await HoldAsync(context);
        await continuation(request, responseStream, context);
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        await HoldAsync(context);
        await continuation(requestStream, responseStream, context);
    }

    private async Task HoldAsync(ServerCallContext context)
    {
        if (Method is null || !context.Method.EndsWith("/" + Method, StringComparison.Ordinal)) return;
        _reached.TrySetResult();
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = context.CancellationToken.Register(end.SetResult);
        await end.Task;
        _cancelled.TrySetResult();
        throw new OperationCanceledException(context.CancellationToken);
    }
}
