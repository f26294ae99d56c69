using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Api.Runs;

public sealed class DetachedTests
{
    private const string Path = "/v1/chat/completions";

    // Longer than time jumps in these tests.
    private static readonly (string Key, string Value) Lease = ("Gateway:Runs:Lease", "00:01:00");

    [Fact]
    public async Task Stream_NobodyReadsForTooLong_StopsTheEngineAndBeginsAnewForARetry()
    {
        var time = new ManualTimeProvider();
        await using var sessions = await RealSessions.StartAsync();
        await using var platform = await Platform.StartAsync(time: time, settings: [sessions.Setting, Lease]);
        platform.Inference.Script = NeverEndsAsync;
        using (var left = await AskAsync(platform)) await left.ReadUntilAsync("Half ");

        await time.UntilTimedAsync(TimeSpan.FromSeconds(30)).DefaultTimeout();
        time.Advance(TimeSpan.FromSeconds(30));
        await platform.Inference.Cancelled.DefaultTimeout();
        platform.Inference.Answers("Anew.");
        using var again = await AskAsync(platform);

        var text = await again.TextAsync();
        Assert.Contains("Anew.", text, StringComparison.Ordinal);
        Assert.Equal(2, platform.Inference.Requests.Count);
    }

    [Fact]
    public async Task Stream_ReadAgainInTime_GoesOn()
    {
        var time = new ManualTimeProvider();
        var goOn = new TaskCompletionSource();
        await using var sessions = await RealSessions.StartAsync();
        await using var platform = await Platform.StartAsync(time: time, settings: [sessions.Setting, Lease]);
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.TokenAsync("Half ");
            await goOn.Task.WaitAsync(speaker.CancellationToken);
            await speaker.TokenAsync("and half.");
            await speaker.FinishAsync();
        };
        using (var left = await AskAsync(platform)) await left.ReadUntilAsync("Half ");
        await time.UntilTimedAsync(TimeSpan.FromSeconds(30)).DefaultTimeout();

        using var again = await AskAsync(platform);
        await again.ReadUntilAsync("Half ");
        time.Advance(TimeSpan.FromSeconds(40));
        goOn.SetResult();

        Assert.Contains("half.", await again.TextRestAsync(), StringComparison.Ordinal);
        Assert.Single(platform.Inference.Requests);
    }

    [Fact]
    public async Task Stream_WithoutAKey_StopsTheEngineWhenItsClientLeaves()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = NeverEndsAsync;
        using (var left = await platform.Http.PostAsync(Path, Body())) await left.ReadUntilAsync("Half ");

        await platform.Inference.Cancelled.DefaultTimeout();
    }

    private static object Body() =>
        new { model = "plain", messages = new[] { new { role = "user", content = "Say it" } }, stream = true };

    private static Task<HttpResponseMessage> AskAsync(Platform platform) => platform.Http.PostAsync(Path, Body(), ("Idempotency-Key", "k"));

    private static async Task NeverEndsAsync(Contracts.Inference.V1.GenerateRequest request, Speaker speaker)
    {
        await speaker.StartAsync();
        await speaker.TokenAsync("Half ");
        await Task.Delay(Timeout.Infinite, speaker.CancellationToken);
    }
}
