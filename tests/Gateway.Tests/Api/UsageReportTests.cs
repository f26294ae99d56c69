using System.Net;
using System.Text.Json;
using Millrace.Gateway.Tests.Fakes;
using Millrace.ServiceDefaults.Calls;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Api;

public sealed class UsageReportTests
{
    [Fact]
    public async Task WholeAnswer_ToWhoAsks_HasItsTokensInAHeader()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers("Hello");

        using var asked = await SendAsync(platform, "some-id", stream: false);
        using var silent = await SendAsync(platform, null, stream: false);

        var usage = JsonDocument.Parse(await asked.Content.ReadAsStringAsync().DefaultTimeout()).RootElement.GetProperty("usage");
        Assert.Equal(
            $"{usage.GetProperty("total_tokens").GetInt32()}", Assert.Single(asked.Headers.GetValues(UsageHeaders.Tokens)));
        Assert.False(silent.Headers.Contains(UsageHeaders.Tokens));
    }

    [Fact]
    public async Task Stream_HasItsTokensUnderTheIdOnce()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers("Hello", " you");

        using var response = await SendAsync(platform, "some-id", stream: true);
        var text = await response.Content.ReadAsStringAsync().DefaultTimeout();
        using var first = await platform.Http.GetAsync(UsageHeaders.Path + "/some-id").DefaultTimeout();
        using var second = await platform.Http.GetAsync(UsageHeaders.Path + "/some-id").DefaultTimeout();

        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        Assert.True(int.Parse(await first.Content.ReadAsStringAsync().DefaultTimeout(), provider: null) > 0);
        Assert.Equal(HttpStatusCode.NotFound, second.StatusCode);
    }

    private static async Task<HttpResponseMessage> SendAsync(Platform platform, string? id, bool stream)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions");
        var body = new { model = "plain", stream, messages = new[] { new { role = "user", content = "Hi" } } };
        request.Content = new StringContent(JsonSerializer.Serialize(body), null, "application/json");
        if (id is not null) request.Headers.Add(UsageHeaders.Ask, id);
        return await platform.Http.SendAsync(request).DefaultTimeout();
    }
}
