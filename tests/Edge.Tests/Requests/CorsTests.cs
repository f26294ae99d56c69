using System.Net;
using System.Net.Sockets;
using System.Text;
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
        Assert.Superset(
            new HashSet<string> { "x-request-id", "request-id", "x-millrace-overhead-ms", "x-millrace-model-ms", "x-millrace-trace-id" },
            exposed.Split(", ").ToHashSet());
    }

    [Theory]
    [InlineData("*", "https://zwölf.example", "authorization")]
    [InlineData(Origin, Origin, "authorization, x-zwölf")]
    public async Task Preflight_WithWhatNoHeaderMayCarry_IsNoFailure(string allowed, string origin, string headers)
    {
        await using var edge = await KeyedEdge.StartAsync(settings: ("Edge:Cors:Origins:0", allowed));
        using var client = new TcpClient();
        await client.ConnectAsync(edge.Edge.Http.BaseAddress!.Host, edge.Edge.Http.BaseAddress.Port).DefaultTimeout();
        var stream = client.GetStream();
        var request = $"OPTIONS /v1/models HTTP/1.1\r\nhost: a\r\norigin: {origin}\r\naccess-control-request-method: GET\r\n"
            + $"access-control-request-headers: {headers}\r\nconnection: close\r\n\r\n";

        await stream.WriteAsync(Encoding.UTF8.GetBytes(request));
        var answer = await new StreamReader(stream).ReadToEndAsync().DefaultTimeout();

        Assert.False(answer.StartsWith("HTTP/1.1 5", StringComparison.Ordinal), answer);
        Assert.DoesNotContain("zwölf", answer, StringComparison.Ordinal);
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
