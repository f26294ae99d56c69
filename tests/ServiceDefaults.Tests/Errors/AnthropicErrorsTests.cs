using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.ServiceDefaults.Tests.Errors;

public sealed class AnthropicErrorsTests
{
    [Theory]
    [InlineData(Reason.InvalidArgument, "invalid_request_error")]
    [InlineData(Reason.UnsupportedMediaType, "invalid_request_error")]
    [InlineData(Reason.Unauthenticated, "authentication_error")]
    [InlineData(Reason.PermissionDenied, "permission_error")]
    [InlineData(Reason.ModelNotFound, "not_found_error")]
    [InlineData(Reason.PayloadTooLarge, "request_too_large")]
    [InlineData(Reason.RateLimited, "rate_limit_error")]
    [InlineData(Reason.UpstreamUnavailable, "overloaded_error")]
    [InlineData(Reason.DeadlineExceeded, "timeout_error")]
    [InlineData(Reason.Internal, "api_error")]
    public async Task Write_OnItsPaths_HasItsShapeAndTypes(Reason reason, string type)
    {
        var response = await WriteAsync("/v1/messages/count_tokens", new MillraceException(reason, "Say so."));

        response.Body.Position = 0;
        using var body = JsonDocument.Parse(response.Body);
        Assert.Equal(["type", "error", "request_id"], body.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal("error", body.RootElement.GetProperty("type").GetString());
        Assert.Equal("req_1", body.RootElement.GetProperty("request_id").GetString());
        var error = body.RootElement.GetProperty("error");
        Assert.Equal((type, "Say so."), (error.GetProperty("type").GetString(), error.GetProperty("message").GetString()));
        Assert.Equal(reason.Info().Http, response.StatusCode);
    }

    [Theory]
    [InlineData("thread", "thread_unsupported_request")]
    [InlineData("container", null)]
    public async Task Write_OfAThread_TellsTheClientToGoOnWithoutOne(string param, string? code)
    {
        var response = await WriteAsync("/v1/messages", new MillraceException(Reason.UnsupportedParameter, "m") { Param = param });

        response.Body.Position = 0;
        using var body = JsonDocument.Parse(response.Body);
        var details = body.RootElement.GetProperty("error").TryGetProperty("details", out var found) ? found : default;
        Assert.Equal(code, code is null ? null : details.GetProperty("error_code").GetString());
        Assert.Equal(code is null, details.ValueKind == JsonValueKind.Undefined);
    }

    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/messagesX")]
    [InlineData("/v1/conversations/messages")]
    public async Task Write_OnOtherPaths_IsOpenAis(string path)
    {
        var response = await WriteAsync(path, new MillraceException(Reason.Internal, "m"));

        response.Body.Position = 0;
        using var body = JsonDocument.Parse(response.Body);
        Assert.Equal("error", Assert.Single(body.RootElement.EnumerateObject()).Name);
    }

    [Fact]
    public async Task Write_RetryAfter_KeepsItsHeaders()
    {
        var response = await WriteAsync(
            "/v1/messages", new MillraceException(Reason.RateLimited, "m") { RetryAfter = TimeSpan.FromSeconds(2) });

        Assert.Equal("2000", response.Headers["retry-after-ms"]);
    }

    private static async Task<HttpResponse> WriteAsync(string path, MillraceException error)
    {
        var context = new DefaultHttpContext { Request = { Path = path }, Response = { Body = new MemoryStream() } };
        context.Request.Headers[CallContext.RequestIdHeader] = "req_1";
        await OpenAiErrors.WriteAsync(context, error, CancellationToken.None);
        return context.Response;
    }
}
