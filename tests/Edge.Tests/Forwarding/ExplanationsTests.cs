using System.Net;
using Microsoft.AspNetCore.Http;
using Millrace.TestShared;

namespace Millrace.Edge.Tests.Forwarding;

public sealed class ExplanationsTests
{
    private const string Path = "/v1/requests/req-1/explain";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Explain_KeptByOneOfTwoGateways_IsFoundThere(int keeper)
    {
        await using var gateways = await TwoGateways.StartAsync();
        gateways.All[keeper].Handler = context => context.Response.WriteAsync($"of {context.Request.Headers["x-millrace-tenant"]}");
        gateways.All[1 - keeper].Handler = NotFound;

        for (var i = 0; i < 4; i++)
        {
            using var response = await gateways.Edge.Http.GetAsync(Path).DefaultTimeout();
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("of default", await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Explain_KeptByNone_IsTheGatewaysNotFound()
    {
        await using var gateways = await TwoGateways.StartAsync();
        foreach (var gateway in gateways.All) gateway.Handler = NotFound;

        using var response = await gateways.Edge.Http.GetAsync(Path).DefaultTimeout();

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("none here", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Explain_AGatewayIsAwayAndTheOtherHasNone_IsNoGuess()
    {
        await using var gateways = await TwoGateways.StartAsync();
        gateways.All[0].Handler = NotFound;
        await gateways.StopSecondAsync();

        using var response = await gateways.Edge.Http.GetAsync(Path).DefaultTimeout();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("upstream_unavailable", (await EdgeFixture.ErrorOfAsync(response)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task TimeoutHeader_OfAClient_ReachesTheGateway()
    {
        await using var gateways = await TwoGateways.StartAsync();
        foreach (var gateway in gateways.All)
            gateway.Handler = context => context.Response.WriteAsync(
                $"{context.Request.Headers["x-millrace-timeout-ms"]} {context.Request.Headers["x-millrace-secret"]}");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Add("x-millrace-timeout-ms", "500");
        request.Headers.Add("x-millrace-secret", "forged");

        using var response = await gateways.Edge.Http.SendAsync(request).DefaultTimeout();

        Assert.Equal("500 ", await response.Content.ReadAsStringAsync());
    }

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Response.WriteAsync("none here");
    }

    private sealed class TwoGateways(FakeGateway[] all, ServiceUnderTest edge) : IAsyncDisposable
    {
        private bool _isSecondStopped;

        public FakeGateway[] All => all;

        public ServiceUnderTest Edge => edge;

        public static async Task<TwoGateways> StartAsync()
        {
            FakeGateway[] all = [await FakeGateway.StartAsync(), await FakeGateway.StartAsync()];
            return new TwoGateways(
                all, await EdgeFixture.StartEdgeAsync(all[0].Address, ("services:gateway:http:1", all[1].Address)));
        }

        public ValueTask StopSecondAsync()
        {
            _isSecondStopped = true;
            return all[1].DisposeAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await edge.DisposeAsync();
            await all[0].DisposeAsync();
            if (!_isSecondStopped) await all[1].DisposeAsync();
        }
    }
}
