using System.Net;
using Microsoft.AspNetCore.Http;
using Millrace.TestShared;

namespace Millrace.Edge.Tests.Requests;

public sealed class BodyLimitTests
{
    private const int BytesMax = 100_000;

    [Theory]
    [InlineData(BytesMax, false)]
    [InlineData(BytesMax, true)]
    public async Task Body_AtTheLimit_Passes(int bytes, bool chunked)
    {
        await using var fixture = await EdgeFixture.StartAsync(("Edge:BodyBytesMax", $"{BytesMax}"));
        fixture.Gateway.Handler = async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            await context.Response.WriteAsync($"{body.Length}", context.RequestAborted);
        };

        using var response = await PostAsync(fixture, bytes, chunked);

        Assert.Equal($"{bytes}", await response.Content.ReadAsStringAsync().DefaultTimeout());
    }

    [Theory]
    [InlineData(BytesMax + 1, false)]
    [InlineData(BytesMax + 1, true)]
    [InlineData(BytesMax * 100, false)]
    [InlineData(BytesMax * 100, true)]
    public async Task Body_AboveTheLimit_Is413(int bytes, bool chunked)
    {
        await using var fixture = await EdgeFixture.StartAsync(("Edge:BodyBytesMax", $"{BytesMax}"));
        var isWhole = false;
        fixture.Gateway.Handler = async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            isWhole = true;
        };

        using var response = await PostAsync(fixture, bytes, chunked);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        var error = await EdgeFixture.ErrorOfAsync(response);
        Assert.Equal("payload_too_large", error.GetProperty("code").GetString());
        Assert.Contains($"{BytesMax}", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.False(isWhole);
        Assert.Empty(fixture.Edge.Errors);
    }

    // Without "Expect: 100-continue" a client sends all it has before it looks for an answer.
    private static async Task<HttpResponseMessage> PostAsync(EdgeFixture fixture, int bytes, bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions");
        request.Content = new ByteArrayContent(new byte[bytes]);
        request.Headers.TransferEncodingChunked = chunked;
        request.Headers.ExpectContinue = false;
        return await fixture.Http.SendAsync(request).DefaultTimeout();
    }
}
