using System.Net;
using Millrace.ApiKeys;
using Millrace.TestShared;

namespace Millrace.Edge.Tests.Requests;

public sealed class CorsTests
{
    private const string Origin = "https://app.example";

    [Fact]
    public async Task Preflight_OfAnAllowedOrigin_IsAnsweredWithoutAKey()
    {
        await using var edge = await KeyedEdge.StartAsync(settings: ("Edge:Cors:Origins:0", Origin));

        using var response = await PreflightAsync(edge, Origin);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(Origin, Assert.Single(response.Headers.GetValues("access-control-allow-origin")));
        Assert.Contains("POST", Assert.Single(response.Headers.GetValues("access-control-allow-methods")), StringComparison.Ordinal);
        Assert.Equal("authorization, x-stainless-os", Assert.Single(response.Headers.GetValues("access-control-allow-headers")));
        Assert.Equal("Origin", Assert.Single(response.Headers.Vary));
        Assert.Null(edge.Seen);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("https://app.example.evil.example")]
    [InlineData("http://app.example")]
    [InlineData("null")]
    public async Task Preflight_OfAnotherOrigin_AllowsNothing(string origin)
    {
        await using var edge = await KeyedEdge.StartAsync(settings: ("Edge:Cors:Origins:0", Origin));

        using var response = await PreflightAsync(edge, origin);

        Assert.False(response.Headers.Contains("access-control-allow-origin"));
    }

    [Fact]
    public async Task Refusal_OfAnAllowedOrigin_CanBeReadByItsPage()
    {
        await using var edge = await KeyedEdge.StartAsync(settings: ("Edge:Cors:Origins:0", Origin));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.TryAddWithoutValidation("origin", Origin);

        using var response = await edge.Edge.Http.SendAsync(request).DefaultTimeout();

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(Origin, Assert.Single(response.Headers.GetValues("access-control-allow-origin")));
        var exposed = Assert.Single(response.Headers.GetValues("access-control-expose-headers"));
        Assert.Contains("x-request-id", exposed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutOrigins_NoAnswerSpeaksOfThem()
    {
        await using var edge = await KeyedEdge.StartAsync();
        var key = edge.AddKnown(new KeyDraft { Name = "app" });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.TryAddWithoutValidation("origin", Origin);
        request.Headers.TryAddWithoutValidation("x-api-key", key);

        using var response = await edge.Edge.Http.SendAsync(request).DefaultTimeout();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.DoesNotContain(
            response.Headers, header => header.Key.StartsWith("access-control", StringComparison.OrdinalIgnoreCase));
    }

    private static async Task<HttpResponseMessage> PreflightAsync(KeyedEdge edge, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/v1/chat/completions");
        request.Headers.TryAddWithoutValidation("origin", origin);
        request.Headers.TryAddWithoutValidation("access-control-request-method", "POST");
        request.Headers.TryAddWithoutValidation("access-control-request-headers", "authorization, x-stainless-os");
        return await edge.Edge.Http.SendAsync(request).DefaultTimeout();
    }
}
