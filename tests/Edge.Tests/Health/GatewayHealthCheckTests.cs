using System.Net;
using Millrace.TestShared;

namespace Millrace.Edge.Tests.Health;

public sealed class GatewayHealthCheckTests
{
    [Theory]
    [InlineData(200, HttpStatusCode.OK)]
    [InlineData(503, HttpStatusCode.ServiceUnavailable)]
    [InlineData(404, HttpStatusCode.ServiceUnavailable)]
    public async Task Health_IsTheGateways(int gateway, HttpStatusCode edge)
    {
        await using var fixture = await EdgeFixture.StartAsync();
        fixture.Gateway.Handler = context =>
        {
            context.Response.StatusCode = context.Request.Path == "/health" ? gateway : 500;
            return Task.CompletedTask;
        };

        using var response = await fixture.Http.GetAsync("/health").DefaultTimeout();

        Assert.Equal(edge, response.StatusCode);
    }

    [Fact]
    public async Task Health_OfAGatewayThatHangs_IsUnhealthyInTime_AndTheEdgeIsAlive()
    {
        await using var fixture = await EdgeFixture.StartAsync(("Edge:HealthTimeout", "00:00:00.200"));
        var cancelled = new TaskCompletionSource();
        fixture.Gateway.Handler = async context =>
        {
            using var registration = context.RequestAborted.Register(() => cancelled.TrySetResult());
            await cancelled.Task;
        };

        using var health = await fixture.Http.GetAsync("/health").DefaultTimeout();
        using var alive = await fixture.Http.GetAsync("/alive").DefaultTimeout();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
    }

    [Fact]
    public async Task Health_AskedOften_AsksTheGatewayOnce()
    {
        await using var fixture = await EdgeFixture.StartAsync(("Edge:HealthCacheTime", "01:00:00"));
        var probes = 0;
        fixture.Gateway.Handler = _ =>
        {
            Interlocked.Increment(ref probes);
            return Task.CompletedTask;
        };

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => fixture.Http.GetStringAsync("/health"))).DefaultTimeout();

        Assert.Equal(1, probes);
    }
}
