using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Millrace.TestShared;

namespace Millrace.Edge.Tests.Forwarding;

public sealed class BalancingTests
{
    [Fact]
    public async Task Requests_AtATime_AreSpreadOverGateways()
    {
        await using var gateways = await Pair.StartAsync();
        var (arrived, mayAnswer) = (new SemaphoreSlim(0), new TaskCompletionSource());
        gateways.HandleRequests(async () =>
        {
            arrived.Release();
            await mayAnswer.Task;
        });
        await using var edge = await gateways.StartEdgeAsync();

        var requests = Enumerable.Range(0, 10).Select(_ => edge.Http.GetStringAsync("/v1/models")).ToList();
        for (var i = 0; i < 10; i++) Assert.True(await arrived.WaitAsync(TaskTimeouts.Default));
        mayAnswer.SetResult();
        await Task.WhenAll(requests).DefaultTimeout();

        Assert.Equal(10, gateways.CountOne + gateways.CountTwo);
        Assert.InRange(gateways.CountOne, 3, 7);
    }

    [Fact]
    public async Task Gateway_ThatDies_CostsNoRequest()
    {
        await using var gateways = await Pair.StartAsync();
        gateways.HandleRequests(() => Task.CompletedTask);
        await using var edge = await gateways.StartEdgeAsync();
        await gateways.StopOneAsync();

        for (var i = 0; i < 20; i++)
        {
            using var content = new StringContent("a body that is sent to whoever takes it");
            using var response = await edge.Http.PostAsync("/v1/chat/completions", content).DefaultTimeout();
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(20, gateways.CountTwo);
        Assert.Empty(edge.Errors);
    }

    [Fact]
    public async Task Gateways_ThatAreAllAway_Are503()
    {
        await using var edge = await EdgeFixture.StartEdgeAsync(UnusedAddress(), ("services:gateway:http:1", UnusedAddress()));

        using var response = await edge.Http.GetAsync("/v1/models").DefaultTimeout();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("upstream_unavailable", (await EdgeFixture.ErrorOfAsync(response)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Request_ThatReachedAGateway_IsNotSentToAnother()
    {
        await using var gateways = await Pair.StartAsync();
        gateways.Handle(context => context.Abort());
        await using var edge = await gateways.StartEdgeAsync();

        using var response = await edge.Http.GetAsync("/v1/models").DefaultTimeout();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(1, gateways.CountOne + gateways.CountTwo);
    }

    [Fact]
    public async Task Health_WithOneOfTwoGateways_IsDegradedAndServing()
    {
        await using var gateways = await Pair.StartAsync();
        gateways.HandleRequests(() => Task.CompletedTask);
        await using var edge = await gateways.StartEdgeAsync();
        await gateways.StopOneAsync();

        using var response = await edge.Http.GetAsync("/health").DefaultTimeout();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("Degraded", await response.Content.ReadAsStringAsync().DefaultTimeout(), StringComparison.Ordinal);
    }

    private static string UnusedAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://{listener.LocalEndpoint}";
    }

    /// <summary>Two gateways that are well and count the requests of the API.</summary>
    private sealed class Pair(FakeGateway one, FakeGateway two) : IAsyncDisposable
    {
        private int _one;
        private int _two;
        private bool _stopped;

        public int CountOne => Volatile.Read(ref _one);

        public int CountTwo => Volatile.Read(ref _two);

        public static async Task<Pair> StartAsync() => new(await FakeGateway.StartAsync(), await FakeGateway.StartAsync());

        public Task<ServiceUnderTest> StartEdgeAsync() =>
            EdgeFixture.StartEdgeAsync(one.Address, ("services:gateway-2:http:0", two.Address));

        public void HandleRequests(Func<Task> handle)
        {
            one.Handler = context => RunAsync(context, handle, ref _one);
            two.Handler = context => RunAsync(context, handle, ref _two);
        }

        public void Handle(Action<HttpContext> handle)
        {
            one.Handler = context => Run(context, handle, ref _one);
            two.Handler = context => Run(context, handle, ref _two);
        }

        public async Task StopOneAsync()
        {
            _stopped = true;
            await one.DisposeAsync();
        }

        public async ValueTask DisposeAsync()
        {
            if (!_stopped) await one.DisposeAsync();
            await two.DisposeAsync();
        }

        private static Task RunAsync(HttpContext context, Func<Task> handle, ref int count)
        {
            if (context.Request.Path == "/health") return Task.CompletedTask;
            Interlocked.Increment(ref count);
            return handle();
        }

        private static Task Run(HttpContext context, Action<HttpContext> handle, ref int count)
        {
            if (context.Request.Path == "/health") return Task.CompletedTask;
            Interlocked.Increment(ref count);
            handle(context);
            return Task.CompletedTask;
        }
    }
}
