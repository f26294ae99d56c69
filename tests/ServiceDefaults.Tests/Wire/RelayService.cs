using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Core;
using Millrace.ServiceDefaults.Calls;

namespace Millrace.ServiceDefaults.Tests.Wire;

/// <summary>What the relay of a test does, by the name that orders carry; and where it passes calls on to.</summary>
public sealed class RelayBehaviours
{
    private readonly ConcurrentDictionary<string, int> _calls = new();

    public ConcurrentDictionary<string, Func<ServerCallContext, Task>> ByName { get; } = new();

    public Relay.RelayClient? Next { get; set; }

    public int Count(string method) => _calls.AddOrUpdate(method, 1, (_, count) => count + 1);

    public int CallsOf(string method) => _calls.GetValueOrDefault(method);
}

/// <summary>A service of every call kind that does what its orders say.</summary>
internal sealed class RelayService(RelayBehaviours behaviours) : Relay.RelayBase
{
    public override Task<Sighting> Unary(Order request, ServerCallContext context) => AnswerAsync(request, context);

    public override Task<Sighting> Idempotent(Order request, ServerCallContext context) => AnswerAsync(request, context);

    public override async Task ServerStream(Order request, IServerStreamWriter<Sighting> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(new Sighting());
        await responseStream.WriteAsync(await AnswerAsync(request, context));
    }

    public override async Task<Sighting> ClientStream(IAsyncStreamReader<Order> requestStream, ServerCallContext context)
    {
        var last = new Order();
        await foreach (var order in requestStream.ReadAllAsync(context.CancellationToken)) last = order;
        return await AnswerAsync(last, context);
    }

    public override async Task Duplex(
        IAsyncStreamReader<Order> requestStream, IServerStreamWriter<Sighting> responseStream, ServerCallContext context)
    {
        await foreach (var order in requestStream.ReadAllAsync(context.CancellationToken))
            await responseStream.WriteAsync(await AnswerAsync(order, context));
    }

    private async Task<Sighting> AnswerAsync(Order order, ServerCallContext context)
    {
        var calls = behaviours.Count(context.Method.Split('/')[^1]);
        if (order.Behaviour.Length > 0) await behaviours.ByName[order.Behaviour](context);
        if (order.Hops > 0 && behaviours.Next is { } next) return await next.UnaryAsync(new Order { Hops = order.Hops - 1 });
        return new Sighting
        {
            Tenant = CallContext.Current.Tenant,
            RequestId = CallContext.Current.RequestId,
            DeadlineTicks = CallContext.Current.Deadline?.Ticks ?? 0,
            TraceId = Activity.Current?.TraceId.ToHexString() ?? "",
            Calls = calls,
        };
    }
}
