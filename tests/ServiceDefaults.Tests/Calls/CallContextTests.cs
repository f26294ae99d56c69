using System.Diagnostics;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Tests.Wire;

namespace Millrace.ServiceDefaults.Tests.Calls;

/// <summary>What travels along: through a first relay, to a second, over the wire both times.</summary>
public sealed class CallContextTests : IAsyncLifetime
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(8);

    private RelayHost? _first;
    private RelayHost? _second;

    public async Task InitializeAsync()
    {
        _second = await RelayHost.StartAsync();
        _first = await RelayHost.StartAsync();
        _first.Behaviours.Next = _second.Client;
    }

    [Fact]
    public async Task Context_ThroughTwoHops_KeepsTenantAndRequestId()
    {
        CallContext.Current = new CallContext("acme", "req_1");

        var seen = await TwoHopsAsync();

        Assert.Equal("acme", seen.Tenant);
        Assert.Equal("req_1", seen.RequestId);
        Assert.Equal(1, _second!.Behaviours.CallsOf("Unary"));
    }

    [Fact]
    public async Task Context_OfManyConcurrentCalls_IsNotMixedUp()
    {
        var seen = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            CallContext.Current = new CallContext($"tenant-{i}", $"req-{i}");
            var sighting = await TwoHopsAsync();
            return sighting.Tenant == $"tenant-{i}" && sighting.RequestId == $"req-{i}";
        }));

        Assert.All(seen, Assert.True);
    }

    [Fact]
    public async Task Context_NoneSent_IsTheDefaultTenantWithANewRequestId()
    {
        using var channel = global::Grpc.Net.Client.GrpcChannel.ForAddress(_second!.Service.GrpcAddress);
        var bare = new Relay.RelayClient(channel);

        var one = await bare.UnaryAsync(new Order());
        var two = await bare.UnaryAsync(new Order());

        Assert.Equal(CallContext.DefaultTenant, one.Tenant);
        Assert.StartsWith("req_", one.RequestId, StringComparison.Ordinal);
        Assert.NotEqual(one.RequestId, two.RequestId);
        Assert.Equal(0, one.DeadlineTicks);
    }

    [Theory]
    [InlineData(15, 60, 15)]
    [InlineData(60, 15, 15)]
    [InlineData(300, null, 30)]
    [InlineData(15, null, 15)]
    [InlineData(null, null, 30)]
    public async Task Deadline_OfCallerAndCall_TheEarliestWins(int? callerSeconds, int? callSeconds, int expectedSeconds)
    {
        CallContext.Current = new CallContext("acme", "req_1", In(callerSeconds));

        var seen = await _first!.Client.UnaryAsync(new Order { Hops = 1 }, deadline: In(callSeconds));

        Assert.Equal(In(expectedSeconds)!.Value, new DateTime(seen.DeadlineTicks, DateTimeKind.Utc), Tolerance);
    }

    [Fact]
    public async Task Deadline_OfTheCallItself_ReplacesTheDefault()
    {
        var seen = await _second!.Client.UnaryAsync(new Order(), deadline: In(100));

        Assert.Equal(In(100)!.Value, new DateTime(seen.DeadlineTicks, DateTimeKind.Utc), Tolerance);
    }

    [Fact]
    public async Task Deadline_OfAStreamWithoutACaller_IsNone()
    {
        CallContext.Current = CallContext.Background;

        using var call = _first!.Client.ServerStream(new Order());
        await call.ResponseStream.MoveNext(CancellationToken.None);
        await call.ResponseStream.MoveNext(CancellationToken.None);

        Assert.Equal(0, call.ResponseStream.Current.DeadlineTicks);
    }

    [Fact]
    public async Task Trace_ThroughTwoHops_IsOne()
    {
        using var activity = new Activity("test").Start();

        var seen = await TwoHopsAsync();

        Assert.Equal(activity.TraceId.ToHexString(), seen.TraceId);
    }

    [Fact]
    public void Current_OutsideOfARequest_IsTheBackground()
    {
        Assert.Same(CallContext.Background, CallContext.Current);
        Assert.Equal(CallContext.DefaultTenant, CallContext.Current.Tenant);
    }

    public async Task DisposeAsync()
    {
        if (_first is not null) await _first.DisposeAsync();
        if (_second is not null) await _second.DisposeAsync();
    }

    private static DateTime? In(int? seconds) =>
        seconds is { } value ? TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(value) : null;

    private async Task<Sighting> TwoHopsAsync() => await _first!.Client.UnaryAsync(new Order { Hops = 1 });
}
