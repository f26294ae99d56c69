using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Millrace.TestShared;

namespace Millrace.Edge.Tests.Forwarding;

public sealed class ForwardingTests
{
    [Fact]
    public async Task Request_ReachesTheGatewayAsItIs_AndItsAnswerComesBack()
    {
        await using var fixture = await EdgeFixture.StartAsync();
        fixture.Gateway.Handler = async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync(context.RequestAborted);
            context.Response.StatusCode = 418;
            context.Response.Headers["x-from"] = "gateway";
            var request = context.Request;
            await context.Response.WriteAsync($"{request.Method} {request.Path}{request.QueryString} {body}", context.RequestAborted);
        };

        using var response = await fixture.Http.PutAsync("/v1/files/a%20b?x=1&y=%2F", new StringContent("hello")).DefaultTimeout();

        Assert.Equal(418, (int)response.StatusCode);
        Assert.Equal("gateway", Assert.Single(response.Headers.GetValues("x-from")));
        Assert.Equal("PUT /v1/files/a%20b?x=1&y=%2F hello", await response.Content.ReadAsStringAsync().DefaultTimeout());
    }

    [Fact]
    public async Task Stream_FirstEventArrivesBeforeTheGatewayEnds()
    {
        await using var fixture = await EdgeFixture.StartAsync();
        var mayEnd = new TaskCompletionSource();
        fixture.Gateway.Handler = async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: one\n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await mayEnd.Task;
            await context.Response.WriteAsync("data: [DONE]\n\n", context.RequestAborted);
        };

        using var response = await fixture.Http.GetAsync("/v1/stream", HttpCompletionOption.ResponseHeadersRead).DefaultTimeout();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var first = await reader.ReadLineAsync().DefaultTimeout();
        mayEnd.SetResult();

        Assert.Equal("data: one", first);
        Assert.Equal("\ndata: [DONE]\n\n", await reader.ReadToEndAsync().DefaultTimeout());
    }

    [Fact]
    public async Task Client_ThatGoesAway_CancelsTheGatewaysWork()
    {
        await using var fixture = await EdgeFixture.StartAsync();
        var cancelled = new TaskCompletionSource();
        fixture.Gateway.Handler = async context =>
        {
            using var registration = context.RequestAborted.Register(cancelled.SetResult);
            await context.Response.WriteAsync("data: one\n\n");
            await context.Response.Body.FlushAsync();
            await cancelled.Task;
        };

        using (var response = await fixture.Http.GetAsync("/v1/stream", HttpCompletionOption.ResponseHeadersRead).DefaultTimeout())
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        await cancelled.Task.DefaultTimeout();
        Assert.Empty(fixture.Edge.Errors);
    }

    [Fact]
    public async Task Client_ThatGoesAwayBeforeTheAnswer_CancelsTheGatewaysWork()
    {
        await using var fixture = await EdgeFixture.StartAsync();
        var (started, cancelled) = (new TaskCompletionSource(), new TaskCompletionSource());
        fixture.Gateway.Handler = async context =>
        {
            using var registration = context.RequestAborted.Register(cancelled.SetResult);
            started.SetResult();
            await cancelled.Task;
        };
        using var leaving = new CancellationTokenSource();

        var request = fixture.Http.GetAsync("/v1/slow", leaving.Token);
        await started.Task.DefaultTimeout();
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await cancelled.Task.DefaultTimeout();
        Assert.Empty(fixture.Edge.Errors);
    }

    [Fact]
    public async Task Gateway_ThatIsDown_Is503WithARetryHint()
    {
        await using var edge = await EdgeFixture.StartEdgeAsync(UnusedAddress(), ("Edge:RetryAfter", "00:00:03"));

        using var response = await edge.Http.GetAsync("/v1/models").DefaultTimeout();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(3), response.Headers.RetryAfter?.Delta);
        Assert.Equal("upstream_unavailable", (await EdgeFixture.ErrorOfAsync(response)).GetProperty("code").GetString());
        Assert.Single(response.Headers.GetValues("x-request-id"));
        Assert.Empty(edge.Errors);
    }

    [Fact]
    public async Task Gateway_ThatBreaksOffBeforeItsAnswer_Is503()
    {
        await using var fixture = await EdgeFixture.StartAsync();
        fixture.Gateway.Handler = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };

        using var response = await fixture.Http.GetAsync("/v1/models").DefaultTimeout();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("upstream_unavailable", (await EdgeFixture.ErrorOfAsync(response)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Gateway_ThatSendsNothing_Is504AfterTheIdleTime()
    {
        await using var fixture = await EdgeFixture.StartAsync(("Edge:GatewayIdleTimeout", "00:00:00.200"));
        var cancelled = new TaskCompletionSource();
        fixture.Gateway.Handler = async context =>
        {
            using var registration = context.RequestAborted.Register(cancelled.SetResult);
            await cancelled.Task;
        };

        using var response = await fixture.Http.GetAsync("/v1/models").DefaultTimeout();

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal("deadline_exceeded", (await EdgeFixture.ErrorOfAsync(response)).GetProperty("code").GetString());
        await cancelled.Task.DefaultTimeout();
    }

    [Fact]
    public async Task Gateway_ThatBreaksOffAStream_CutsTheClientsStreamToo()
    {
        await using var fixture = await EdgeFixture.StartAsync();
        var mayBreak = new TaskCompletionSource();
        fixture.Gateway.Handler = async context =>
        {
            await context.Response.WriteAsync("data: one\n\n");
            await context.Response.Body.FlushAsync();
            await mayBreak.Task;
            context.Abort();
        };

        using var response = await fixture.Http.GetAsync("/v1/stream", HttpCompletionOption.ResponseHeadersRead).DefaultTimeout();
        mayBreak.SetResult();

        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsStringAsync().DefaultTimeout());
        Assert.Empty(fixture.Edge.Errors);
    }

    private static string UnusedAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://{listener.LocalEndpoint}";
    }
}
