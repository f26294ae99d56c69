using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.ServiceDefaults.Tests.Errors;

public sealed class OpenAiErrorsTests
{
    [Fact]
    public async Task Write_ARefusal_IsAnOpenAiErrorObject()
    {
        var response = await WriteAsync(MillraceException.InvalidArgument("messages[0].content", "It is empty; \"say\" something."));

        Assert.Equal(400, response.StatusCode);
        Assert.Equal("application/json; charset=utf-8", response.ContentType);
        using var body = Json(response);
        var error = Assert.Single(body.RootElement.EnumerateObject()).Value;
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(property => property.Name));
        Assert.Equal("It is empty; \"say\" something.", error.GetProperty("message").GetString());
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.Equal("messages[0].content", error.GetProperty("param").GetString());
        Assert.Equal("invalid_argument", error.GetProperty("code").GetString());
        Assert.False(response.Headers.ContainsKey("retry-after"));
    }

    [Fact]
    public async Task Write_Message_IsNotEscapedBeyondWhatJsonDemands()
    {
        var response = await WriteAsync(MillraceException.InvalidArgument("n", "'n' must be from 1 to 8 & <not> \"zwölf\"."));

        response.Body.Position = 0;
        var text = await new StreamReader(response.Body).ReadToEndAsync();
        Assert.Contains("""'n' must be from 1 to 8 & <not> \"zwölf\".""", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_NoParam_SaysNull()
    {
        using var body = Json(await WriteAsync(new MillraceException(Reason.Internal, "m")));

        Assert.Equal(JsonValueKind.Null, body.RootElement.GetProperty("error").GetProperty("param").ValueKind);
    }

    [Theory]
    [InlineData(1500, "2", "1500")]
    [InlineData(20, "1", "20")]
    [InlineData(20.25, "1", "21")]
    [InlineData(60_000, "60", "60000")]
    public async Task Write_RetryAfter_SetsBothHeaders(double ms, string seconds, string milliseconds)
    {
        var response = await WriteAsync(new MillraceException(Reason.RateLimited, "m") { RetryAfter = TimeSpan.FromMilliseconds(ms) });

        Assert.Equal(429, response.StatusCode);
        Assert.Equal(seconds, response.Headers.RetryAfter);
        Assert.Equal(milliseconds, response.Headers["retry-after-ms"]);
        Assert.False(response.Headers.ContainsKey("x-should-retry"));
    }

    public static TheoryData<Reason> Reasons => [.. Enum.GetValues<Reason>()];

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Write_WhatTheSdksWouldRetryInVain_TellsThemNotTo(Reason reason)
    {
        var response = await WriteAsync(new MillraceException(reason, "m"));

        var retriedInVain = !reason.Info().Retryable && response.StatusCode is 408 or 409 or 429 or >= 500;
        Assert.Equal(retriedInVain ? "false" : null, response.Headers["x-should-retry"].FirstOrDefault());
    }

    private static async Task<HttpResponse> WriteAsync(MillraceException error)
    {
        var context = new DefaultHttpContext { Response = { Body = new MemoryStream() } };
        await OpenAiErrors.WriteAsync(context, error, CancellationToken.None);
        return context.Response;
    }

    private static JsonDocument Json(HttpResponse response)
    {
        response.Body.Position = 0;
        return JsonDocument.Parse(response.Body);
    }
}
