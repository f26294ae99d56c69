using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Guarding;

public sealed class GuardTests
{
    [Fact]
    public async Task Input_Masked_ReachesTheModelMasked()
    {
        await using var platform = await Platform.StartAsync();

        await platform.AskAsync("plain", $"Write to {FakeGuardrails.Address} now");

        Assert.Equal($"Write to {FakeGuardrails.Mask} now", platform.Inference.LastRequest.Chat.Messages[0].Content);
    }

    [Fact]
    public async Task Input_Blocked_IsRefusedByPathAndNeverReachesTheModel()
    {
        await using var platform = await Platform.StartAsync();
        object[] messages = [new { role = "system", content = "Be kind" }, new { role = "user", content = FakeGuardrails.Forbidden }];

        using var response = await platform.ChatAsync(new { model = "plain", messages });

        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal((HttpStatusCode.BadRequest, "guardrail_blocked"), (response.StatusCode, error.GetProperty("code").GetString()));
        Assert.Equal("messages[1].content", error.GetProperty("param").GetString());
        Assert.Empty(platform.Inference.Requests);
    }

    [Fact]
    public async Task Policy_Off_AsksNobodyAndChangesNothing()
    {
        await using var platform = await Platform.StartAsync(settings: [("Gateway:GuardPolicy", "off")]);
        platform.Guardrails.IsAway = true;
        platform.Inference.Answers("Write to ", FakeGuardrails.Address);

        var answer = await platform.AskAsync("plain", FakeGuardrails.Forbidden);

        Assert.Equal($"Write to {FakeGuardrails.Address}", Choice(answer).GetProperty("message").GetProperty("content").GetString());
        Assert.Equal(FakeGuardrails.Forbidden, platform.Inference.LastRequest.Chat.Messages[0].Content);
        Assert.Empty(platform.Guardrails.Policies);
    }

    [Fact]
    public async Task Output_Masked_IsMaskedAcrossTokens()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers("Write to ann@", "exam", "ple.com", " now");

        var answer = await platform.AskAsync("plain", "Who?");

        Assert.Equal($"Write to {FakeGuardrails.Mask} now", Choice(answer).GetProperty("message").GetProperty("content").GetString());
    }

    [Fact]
    public async Task Output_MaskedWithLogprobs_ShowsNoTokenBehindTheMask()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers("Write ", "to ", "ann@", "example.com", " now");

        using var response = await platform.ChatAsync(
            new { model = "plain", messages = new[] { new { role = "user", content = "Who?" } }, logprobs = true });

        var body = await response.Content.ReadAsStringAsync();
        Assert.Contains("\"token\":\"to \"", body, StringComparison.Ordinal);
        Assert.DoesNotContain("ann@", body, StringComparison.Ordinal);
        Assert.DoesNotContain("example.com", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_Blocked_EndsAsContentFilterAndStopsTheEngine()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.TokenAsync("This is fine. ");
            await speaker.TokenAsync(FakeGuardrails.Forbidden);
            await Task.Delay(Timeout.Infinite, speaker.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        };

        var answer = await platform.AskAsync("plain", "Go on");

        Assert.Equal("content_filter", Choice(answer).GetProperty("finish_reason").GetString());
        Assert.Equal("This is fine. ", Choice(answer).GetProperty("message").GetProperty("content").GetString());
        await platform.Inference.Cancelled.DefaultTimeout();
    }

    [Fact]
    public async Task Guardrails_Away_FailsClosed()
    {
        await using var platform = await Platform.StartAsync();
        platform.Guardrails.IsAway = true;

        using var response = await platform.ChatAsync(new { model = "plain", messages = new[] { new { role = "user", content = "Hi" } } });

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal("upstream_unavailable", error.GetProperty("code").GetString());
        Assert.Empty(platform.Inference.Requests);
    }

    [Fact]
    public async Task Guardrails_AwayWhenOpen_AnswersAndSaysSo()
    {
        await using var platform = await Platform.StartAsync(settings: ("Gateway:GuardFailOpen", "true"));
        platform.Guardrails.IsAway = true;

        var answer = await platform.AskAsync("plain", "Hi");

        Assert.Equal("Hello there.", Choice(answer).GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("guardrails", answer.GetProperty("millrace").GetProperty("degraded")[0].GetString());
    }

    [Theory]
    [InlineData("false", "true", HttpStatusCode.OK)]
    [InlineData("true", "false", HttpStatusCode.ServiceUnavailable)]
    public async Task Guardrails_Away_AsTheAssistantChose(string gateway, string assistant, HttpStatusCode status)
    {
        await using var platform = await Platform.StartAsync(settings:
        [
            ("Gateway:GuardFailOpen", gateway), ("Assistants:helper:Model", "plain"), ("Assistants:helper:GuardFailOpen", assistant),
        ]);
        platform.Guardrails.IsAway = true;

        using var response = await platform.ChatAsync(new { model = "helper", messages = new[] { new { role = "user", content = "Hi" } } });

        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task Quote_WithWhatTheAnswerMayNotShow_IsEmpty()
    {
        await using var platform = await Platform.StartAsync();
        platform.Retrieval.Found = [("contact.md", $"Write to {FakeGuardrails.Address} for help.")];
        platform.Inference.Answers($"Write to {FakeGuardrails.Address} for help. [1]");

        var answer = await platform.AskAsync("docs-assistant", "Whom do I ask?");

        var text = Choice(answer).GetProperty("message").GetProperty("content").GetString();
        Assert.Equal($"Write to {FakeGuardrails.Mask} for help. [1]", text);
        Assert.DoesNotContain(FakeGuardrails.Address, answer.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("", answer.GetProperty("millrace").GetProperty("citations")[0].GetProperty("quote").GetString());
    }

    private static JsonElement Choice(JsonElement answer) => answer.GetProperty("choices")[0];
}
