using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Resilience;

public sealed class DeadlineTests
{
    private const string Body = """{"model": "docs-assistant", "messages": [{"role": "user", "content": "How long?"}]}""";

    [Theory]
    [InlineData("BuildContext", "retrieve")]
    [InlineData("CheckInput", "guard_input", "plain")]
    [InlineData("Generate", "generate")]
    public async Task Request_TimeIsOver_NamesTheStepThatTookIt(string method, string step, string model = "docs-assistant")
    {
        var time = new ManualTimeProvider();
        await using var platform = await Platform.StartAsync(time: time);
        platform.Stuck.Method = method;

        var asked = SendAsync(platform, "3000", model);
        await platform.Stuck.Reached.DefaultTimeout();
        time.Advance(TimeSpan.FromSeconds(3));

        using var response = await asked.DefaultTimeout();
        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal("deadline_exceeded", error.GetProperty("code").GetString());
        Assert.Contains("within 3 s", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains($"'{step}'", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        await platform.Stuck.Cancelled.DefaultTimeout();
    }

    [Fact]
    public async Task Request_WithoutATimeOfItsOwn_HasTheOperators()
    {
        var time = new ManualTimeProvider();
        await using var platform = await Platform.StartAsync(time: time, settings: ("Gateway:RequestTimeout", "00:00:07"));
        platform.Stuck.Method = "Generate";

        var asked = SendAsync(platform, timeout: null);
        await platform.Stuck.Reached.DefaultTimeout();
        time.Advance(TimeSpan.FromSeconds(7));

        using var response = await asked.DefaultTimeout();
        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("1800001")]
    public async Task TimeoutHeader_OutOfItsRange_IsRefusedByName(string timeout)
    {
        await using var platform = await Platform.StartAsync();

        using var response = await SendAsync(platform, timeout).DefaultTimeout();

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal("x-millrace-timeout-ms", error.GetProperty("param").GetString());
    }

    private static async Task<HttpResponseMessage> SendAsync(
        Platform platform, string? timeout, string model = "docs-assistant")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions");
        var body = Body.Replace("docs-assistant", model, StringComparison.Ordinal);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (timeout is not null) request.Headers.Add("x-millrace-timeout-ms", timeout);
        return await platform.Http.SendAsync(request);
    }
}
