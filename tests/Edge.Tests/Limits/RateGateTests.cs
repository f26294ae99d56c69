using System.Net;
using Microsoft.AspNetCore.Http;
using Millrace.ApiKeys;
using Millrace.TestShared;

namespace Millrace.Edge.Tests.Limits;

public sealed class RateGateTests
{
    private const string Chat = "/v1/chat/completions";

    [Fact]
    public async Task Key_WithoutLimits_HasNoHeaders()
    {
        await using var edge = await KeyedEdge.StartAsync();
        using var response = await edge.SendAsync(edge.AddKnown(new KeyDraft { Name = "free" }));

        Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("x-ratelimit", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Requests_AboveTheLimit_Are429WithTheTimeToWait()
    {
        var time = new ManualTimeProvider();
        await using var edge = await KeyedEdge.StartAsync(time);
        var key = edge.AddKnown(new KeyDraft { Name = "two", RequestsPerMinute = 2 });

        using var first = await edge.SendAsync(key);
        using var second = await edge.SendAsync(key);
        using var third = await edge.SendAsync(key);

        Assert.Equal(("2", "1", "30s"), HeadersOf(first, "requests"));
        Assert.Equal(("2", "0", "1m0s"), HeadersOf(second, "requests"));
        Assert.Equal(HttpStatusCode.TooManyRequests, third.StatusCode);
        Assert.Equal(("2", "0", "1m0s"), HeadersOf(third, "requests"));
        Assert.Equal("30", Assert.Single(third.Headers.GetValues("retry-after")));
        Assert.Equal("30000", Assert.Single(third.Headers.GetValues("retry-after-ms")));
        var error = await EdgeFixture.ErrorOfAsync(third);
        Assert.Equal(("rate_limited", "rate_limit_error"), (error.GetProperty("code").GetString(), error.GetProperty("type").GetString()));

        time.Advance(TimeSpan.FromSeconds(30));
        using var fourth = await edge.SendAsync(key);
        Assert.Equal(HttpStatusCode.OK, fourth.StatusCode);
    }

    [Fact]
    public async Task Tenant_IsLimitedOverAllOfItsKeys()
    {
        await using var edge = await KeyedEdge.StartAsync(
            new ManualTimeProvider(),
            ("Edge:Limits:Tenants:acme:RequestsPerMinute", "1"),
            ("Edge:Limits:EveryTenant:RequestsPerMinute", "100"));
        var one = edge.AddKnown(new KeyDraft { Name = "one", Tenant = "acme" });
        var two = edge.AddKnown(new KeyDraft { Name = "two", Tenant = "acme" });
        var other = edge.AddKnown(new KeyDraft { Name = "other", Tenant = "globex" });

        using var first = await edge.SendAsync(one);
        using var second = await edge.SendAsync(two);
        using var third = await edge.SendAsync(other);

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        Assert.Contains("tenant", (await EdgeFixture.ErrorOfAsync(second)).GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(("100", "99", "600ms"), HeadersOf(third, "requests"));
    }

    [Fact]
    public async Task Tokens_AreEstimatedBefore_AndSettledByWhatAWholeAnswerReports()
    {
        await using var edge = await KeyedEdge.StartAsync(new ManualTimeProvider());
        var key = edge.AddKnown(new KeyDraft { Name = "tokens", TokensPerMinute = 6000 });
        edge.Gateway.Handler = context =>
        {
            Assert.True(context.Request.Headers.ContainsKey("x-millrace-usage"));
            context.Response.Headers["x-millrace-usage-tokens"] = "1500";
            return context.Response.WriteAsync("{}");
        };

        using var first = await edge.SendAsync(key, Chat, HttpMethod.Post, bodyBytes: 400);
        await first.Content.ReadAsStringAsync().DefaultTimeout();
        using var second = await edge.SendAsync(key, Chat, HttpMethod.Post, bodyBytes: 400);

        Assert.Equal(("6000", "5900", "1s"), HeadersOf(first, "tokens"));
        Assert.False(first.Headers.Contains("x-millrace-usage-tokens"));
        Assert.Equal("4400", HeadersOf(second, "tokens").Remaining);
    }

    [Fact]
    public async Task Tokens_OfAStream_AreAskedForWhenItHasEnded()
    {
        await using var edge = await KeyedEdge.StartAsync(new ManualTimeProvider());
        var key = edge.AddKnown(new KeyDraft { Name = "tokens", TokensPerMinute = 1000 });
        var (asked, told) = ("", new TaskCompletionSource<string>());
        edge.Gateway.Handler = async context =>
        {
            if (context.Request.Path.StartsWithSegments("/usage"))
            {
                told.TrySetResult(context.Request.Path);
                await context.Response.WriteAsync("5000");
                return;
            }

            asked = context.Request.Headers["x-millrace-usage"].ToString();
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: [DONE]\n\n");
        };

        using (var stream = await edge.SendAsync(key, Chat, HttpMethod.Post, bodyBytes: 40))
            await stream.Content.ReadAsStringAsync().DefaultTimeout();
        Assert.Equal($"/usage/{asked}", await told.Task.DefaultTimeout());

        // The settlement follows the answer, which the client has already; a request of no tokens shows when it is there.
        var remaining = "";
        for (var i = 0; i < 200 && remaining != "0"; i++)
        {
            using var look = await edge.SendAsync(key);
            remaining = HeadersOf(look, "tokens").Remaining;
        }

        using var refused = await edge.SendAsync(key, Chat, HttpMethod.Post, bodyBytes: 40);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        var message = (await EdgeFixture.ErrorOfAsync(refused)).GetProperty("message").GetString();
        Assert.Contains("tokens per minute", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_OfARequestThatFailed_AreGivenBack()
    {
        await using var edge = await KeyedEdge.StartAsync(new ManualTimeProvider());
        var key = edge.AddKnown(new KeyDraft { Name = "tokens", TokensPerMinute = 1000 });
        edge.Gateway.Handler = context =>
        {
            context.Response.StatusCode = 400;
            return context.Response.WriteAsync("{}");
        };

        using (var failed = await edge.SendAsync(key, Chat, HttpMethod.Post, bodyBytes: 2000))
            await failed.Content.ReadAsStringAsync().DefaultTimeout();
        var remaining = "";
        for (var i = 0; i < 200 && remaining != "1000"; i++)
        {
            using var look = await edge.SendAsync(key);
            remaining = HeadersOf(look, "tokens").Remaining;
        }

        Assert.Equal("1000", remaining);
    }

    [Fact]
    public async Task OneLargeRequest_IsAdmittedOnceTheLimitIsFull()
    {
        await using var edge = await KeyedEdge.StartAsync(new ManualTimeProvider());
        var key = edge.AddKnown(new KeyDraft { Name = "small", TokensPerMinute = 10 });

        using var first = await edge.SendAsync(key, Chat, HttpMethod.Post, bodyBytes: 4000);

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal("0", HeadersOf(first, "tokens").Remaining);
    }

    private static (string Limit, string Remaining, string Reset) HeadersOf(HttpResponseMessage response, string unit) => (
        Assert.Single(response.Headers.GetValues($"x-ratelimit-limit-{unit}")),
        Assert.Single(response.Headers.GetValues($"x-ratelimit-remaining-{unit}")),
        Assert.Single(response.Headers.GetValues($"x-ratelimit-reset-{unit}")));
}
