using System.Net;
using Microsoft.AspNetCore.Http;
using Millrace.TestShared;

namespace Millrace.Edge.Tests.Requests;

public sealed class RequestTests : IAsyncLifetime
{
    private EdgeFixture _fixture = null!;
    private HeaderDictionary _seen = null!;

    public async Task InitializeAsync()
    {
        _fixture = await EdgeFixture.StartAsync();
        _fixture.Gateway.Handler = context =>
        {
            _seen = new HeaderDictionary(context.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase));
            context.Response.Headers.Server = "fake";
            context.Response.Headers["x-request-id"] = "the-gateways-own";
            return context.Response.WriteAsync("ok");
        };
    }

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Theory]
    [InlineData("my-id_1.2:3")]
    [InlineData("a")]
    public async Task RequestId_SaneOne_IsKept(string id)
    {
        using var response = await SendAsync("/v1/models", ("x-request-id", id));

        Assert.Equal(id, Assert.Single(response.Headers.GetValues("x-request-id")));
        Assert.Equal(id, _seen["x-request-id"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("with space")]
    [InlineData("a,b")]
    [InlineData("<script>")]
    [InlineData("longer-than-128-characters-longer-than-128-characters-longer-than-128-characters-" +
        "longer-than-128-characters-longer-than-128-characters-longer-than-128-characters")]
    public async Task RequestId_NoneOrAnOddOne_IsReplaced(string? id)
    {
        using var response = await SendAsync("/v1/models", ("x-request-id", id));

        var given = Assert.Single(response.Headers.GetValues("x-request-id"));
        Assert.StartsWith("req_", given, StringComparison.Ordinal);
        Assert.Equal(given, _seen["x-request-id"]);
    }

    [Fact]
    public async Task Tenant_ClaimedByTheClient_IsReplaced()
    {
        using var response = await SendAsync(
            "/v1/models", ("x-millrace-tenant", "victim"), ("X-Millrace-Reason", "x"), ("x-other", "kept"));

        Assert.Equal("default", _seen["x-millrace-tenant"]);
        Assert.False(_seen.ContainsKey("x-millrace-reason"));
        Assert.Equal("kept", _seen["x-other"]);
    }

    [Theory]
    [InlineData("/v1/models")]
    [InlineData("/elsewhere")]
    [InlineData("/alive")]
    public async Task EveryAnswer_HasItsHeaders(string path)
    {
        using var response = await SendAsync(path);

        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("x-content-type-options")));
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("referrer-policy")));
        Assert.Equal("DENY", Assert.Single(response.Headers.GetValues("x-frame-options")));
        Assert.StartsWith(
            "default-src 'none'", Assert.Single(response.Headers.GetValues("content-security-policy")), StringComparison.Ordinal);
        Assert.Single(response.Headers.GetValues("x-request-id"));
        Assert.Empty(response.Headers.Server);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/v2/models")]
    [InlineData("/v1x")]
    [InlineData("/health/x")]
    [InlineData("/grpc.health.v1.Health/Check")]
    public async Task UnknownPath_Is404AndNeverForwarded(string path)
    {
        using var response = await SendAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("route_not_found", (await EdgeFixture.ErrorOfAsync(response)).GetProperty("code").GetString());
        Assert.Null(_seen);
    }

    [Fact]
    public async Task Headers_AboveTheirLimit_Are431()
    {
        using var response = await SendAsync("/v1/models", ("x-long", new string('x', 40_000)));

        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, response.StatusCode);
    }

    [Fact]
    public void Edge_ListensOnLoopbackOnly() => Assert.Equal("127.0.0.1", _fixture.Edge.HttpAddress.Host);

    private async Task<HttpResponseMessage> SendAsync(string path, params (string Name, string? Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
            if (value is not null) request.Headers.TryAddWithoutValidation(name, value);
        return await _fixture.Http.SendAsync(request).DefaultTimeout();
    }
}
