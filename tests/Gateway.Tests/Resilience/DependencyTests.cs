using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Gateway.Resilience;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Resilience;

public sealed class DependencyTests
{
    private static readonly object[] Messages = [new { role = "user", content = "How long does it take?" }];

    [Fact]
    public async Task Guardrails_AwayForLong_AreAskedNoMoreUntilTheyAreBack()
    {
        var time = new ManualTimeProvider();
        await using var platform = await Platform.StartAsync(time: time);
        platform.Guardrails.IsAway = true;

        for (var i = 0; i < 5; i++) Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(platform));
        using var refused = await platform.ChatAsync(new { model = "plain", messages = Messages });

        Assert.Equal("1", refused.Headers.GetValues("Retry-After").Single());
        Assert.Contains("is not asked", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var health = await HealthAsync(platform);
        Assert.Equal("Degraded", health.GetProperty("status").GetString());
        Assert.Contains("guardrails", health.GetRawText(), StringComparison.Ordinal);

        platform.Guardrails.IsAway = false;
        time.Advance(TimeSpan.FromSeconds(1));
        await platform.Gateway.UntilWellAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(platform));
    }

    [Fact]
    public async Task Service_ThatRefusesInItsOwnWords_IsThere()
    {
        await using var platform = await Platform.StartAsync();
        platform.Retrieval.Refusal = new ServiceDefaults.Errors.MillraceException(
            ServiceDefaults.Errors.Reason.UpstreamUnavailable, "The index is away.");

        for (var i = 0; i < 8; i++)
        {
            var before = platform.Retrieval.Requests.Count;
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(platform, "docs-assistant"));
            Assert.True(platform.Retrieval.Requests.Count > before);
        }

        Assert.Empty(platform.Gateway.Services.GetRequiredService<Dependencies>().ActiveModes());
    }

    [Fact]
    public async Task Requests_MoreThanMayWait_AreQueueFull()
    {
        await using var platform = await Platform.StartAsync(settings:
        [
            ("Gateway:Resilience:Inference:ConcurrentMax", "1"), ("Gateway:Resilience:Inference:WaitingMax", "0"),
        ]);
        var (begun, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        platform.Inference.Script = async (_, speaker) =>
        {
            begun.TrySetResult();
            await goOn.Task;
            await speaker.SayAsync("Late.");
        };
        var first = platform.AskAsync("plain", "Say it");
        await begun.Task.DefaultTimeout();

        using var second = await platform.ChatAsync(new { model = "plain", messages = Messages });

        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        Assert.True(second.Headers.Contains("retry-after-ms"));
        goOn.SetResult();
        await first.DefaultTimeout();
    }

    [Theory]
    [InlineData("Refuse", "I don't have enough information to answer that.", 0)]
    [InlineData("Ungrounded", "Hello there.", 1)]
    public async Task Retrieval_Away_GoesOnAsTheOperatorChose(string choice, string text, int asked)
    {
        await using var platform = await Platform.StartAsync(settings: ("Gateway:RetrievalFailOpen", choice));
        platform.Retrieval.IsAway = true;

        var answer = await platform.AskAsync("docs-assistant", "How long does it take?");

        Assert.Equal(text, answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("retrieval", answer.GetProperty("millrace").GetProperty("degraded")[0].GetString());
        Assert.Equal(asked, platform.Inference.Requests.Count);
        Assert.All(platform.Inference.Requests, request => Assert.Single(request.Chat.Messages));
    }

    [Fact]
    public async Task Degraded_Answer_IsCountedByItsMode()
    {
        await using var platform = await Platform.StartAsync(settings: ("Gateway:GuardFailOpen", "true"));
        var modes = new ConcurrentQueue<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Name == "millrace.degraded") own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => modes.Enqueue($"{tags[0].Value}"));
        listener.Start();
        platform.Guardrails.IsAway = true;

        await platform.AskAsync("plain", "Hi");

        Assert.Contains("guardrails", modes);
    }

    [Fact]
    public async Task Settings_ThatCannotBe_AreToldAllAtOnce()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => Platform.StartAsync(settings:
        [
            ("Gateway:Resilience:Sessions:ConcurrentMax", "0"), ("Gateway:Resilience:Embedding:WaitMax", "00:00:00.100"),
        ]));

        Assert.Contains("sessions: ConcurrentMax must be", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("embedding: WaitMax must not be below WaitTarget", error.ToString(), StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> StatusAsync(Platform platform, string model = "plain")
    {
        using var response = await platform.ChatAsync(new { model, messages = Messages });
        return response.StatusCode;
    }

    private static async Task<JsonElement> HealthAsync(Platform platform) =>
        await platform.Http.GetFromJsonAsync<JsonElement>("/health").DefaultTimeout();
}

/// <summary>Waits for a Gateway that is not degraded.</summary>
internal static class Wellness
{
    public static async Task UntilWellAsync(this ServiceUnderTest gateway)
    {
        using var limit = new CancellationTokenSource(TaskTimeouts.Default);
        while (await gateway.Http.GetStringAsync("/health", limit.Token) is var health
            && health.Contains("Degraded", StringComparison.Ordinal)) await Task.Yield();
    }
}
