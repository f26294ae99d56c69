using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using GrpcInterceptor = Grpc.Core.Interceptors.Interceptor;

namespace Millrace.QdrantServer;

/// <summary>What the next calls meet instead of an answer.</summary>
internal enum FakeFault
{
    /// <summary>UNAVAILABLE, and nothing was done.</summary>
    Refused,

    /// <summary>UNAVAILABLE, though what was asked was done.</summary>
    AnswerLost,

    /// <summary>The connection breaks.</summary>
    Dropped,

    /// <summary>No answer until the caller gives up.</summary>
    Stalled,
}

/// <summary>What every call passes first: it keeps requests for tests to read, checks the key, and makes calls fail when told to.</summary>
internal sealed class FakeGate
{
    private readonly ConcurrentQueue<FakeFault> _faults = new();
    private int _running;
    private int _runningMax;

    public string? ApiKey { get; init; }

    public string Version { get; set; } = "1.18.0";

    /// <summary>Whether every call stalls.</summary>
    public bool Stalls { get; set; }

    /// <summary>What every call waits for before it is answered.</summary>
    public Task Hold { get; set; } = Task.CompletedTask;

    /// <summary>Most calls that ran at once.</summary>
    public int RunningMax => _runningMax;

    public ConcurrentQueue<(IMessage Request, Metadata Headers)> Calls { get; } = new();

    public T Last<T>() => Requests<T>()[^1];

    public IReadOnlyList<T> Requests<T>() => [.. Calls.Select(call => call.Request).OfType<T>()];

    /// <summary>The next calls fail, one for each fault, in this order.</summary>
    public void Fail(params IEnumerable<FakeFault> faults)
    {
        foreach (var fault in faults) _faults.Enqueue(fault);
    }

    private async Task<TResponse> PassAsync<TResponse>(ServerCallContext context, Func<Task<TResponse>> answer)
    {
        if (ApiKey is not null && context.RequestHeaders.GetValue("api-key") != ApiKey)
            throw new RpcException(new Status(StatusCode.Unauthenticated, "Invalid API key"));
        var fault = _faults.TryDequeue(out var next) ? next : (FakeFault?)null;
        if (Stalls || fault == FakeFault.Stalled) await Task.Delay(Timeout.Infinite, context.CancellationToken);
        if (fault == FakeFault.Refused) throw Unavailable();
        if (fault == FakeFault.Dropped) context.GetHttpContext().Abort();
        await Hold.WaitAsync(context.CancellationToken);
        var response = await answer();
        return fault == FakeFault.AnswerLost ? throw Unavailable() : response;
    }

    private static RpcException Unavailable() => new(new Status(StatusCode.Unavailable, "told to be unavailable"));

    private void Enter()
    {
        var running = Interlocked.Increment(ref _running);
        for (var max = _runningMax; running > max; max = _runningMax)
            Interlocked.CompareExchange(ref _runningMax, running, max);
    }

    internal sealed class Interceptor(FakeGate gate) : GrpcInterceptor
    {
        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            gate.Calls.Enqueue(((IMessage)request, context.RequestHeaders));
            gate.Enter();
            try
            {
                return await gate.PassAsync(context, () => continuation(request, context));
            }
            finally
            {
                Interlocked.Decrement(ref gate._running);
            }
        }
    }
}
