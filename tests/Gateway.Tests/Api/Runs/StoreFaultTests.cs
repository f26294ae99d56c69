using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Api.Runs;

/// <summary>A store that hangs or breaks off in the middle of an answer.</summary>
public sealed class StoreFaultTests
{
    private const string Path = "/v1/chat/completions";

    [Fact]
    public async Task Stream_StoreThatDoesNotAnswerForAMoment_IsAskedAgainAndNothingIsLost()
    {
        var goOn = new TaskCompletionSource();
        await using var sessions = await RealSessions.StartAsync();
        await using var platform = await Platform.StartAsync(settings: [sessions.Setting, ("Gateway:Runs:Lease", "00:00:01")]);
        platform.Inference.Script = (request, speaker) => HalvesAsync(speaker, goOn.Task);
        using var stream = await AskAsync(platform);
        var seen = await stream.ReadUntilAsync("Half ");

        sessions.Stuck.Method = "AppendFrames";
        goOn.SetResult();
        await sessions.Stuck.Cancelled.DefaultTimeout();
        sessions.Stuck.Method = null;
        var whole = seen + await stream.TextRestAsync();

        Assert.Equal("Half and half.", Text(whole));
        Assert.Contains("[DONE]", whole, StringComparison.Ordinal);
        Assert.Single(platform.Inference.Requests);
    }

    [Fact]
    public async Task Stream_StoreBreaksOffWhileItIsRead_TheReaderOfAnotherGatewayLosesNothing()
    {
        var goOn = new TaskCompletionSource();
        await using var sessions = await RealSessions.StartAsync();
        await using var owner = await Platform.StartAsync(settings: [sessions.Setting]);
        await using var other = await Platform.StartAsync(settings: [sessions.Setting]);
        owner.Inference.Script = (request, speaker) => HalvesAsync(speaker, goOn.Task);
        using var first = await AskAsync(owner);
        var begun = await first.ReadUntilAsync("Half ");
        using var joined = await AskAsync(other);
        var seen = await joined.ReadUntilAsync("Half ");

        sessions.Broken.Left = 2;
        goOn.SetResult();

        Assert.Equal(begun + await first.TextRestAsync(), seen + await joined.TextRestAsync());
        Assert.Empty(other.Inference.Requests);
    }

    [Fact]
    public async Task Stream_StoreBreaksOffBeforeAnythingWasRead_IsToldAtOnce()
    {
        await using var sessions = await RealSessions.StartAsync();
        await using var owner = await Platform.StartAsync(settings: [sessions.Setting]);
        await using var other = await Platform.StartAsync(settings: [sessions.Setting]);
        using var first = await AskAsync(owner);
        var whole = await first.TextAsync();

        sessions.Broken.Left = 1;
        using var refused = await AskAsync(other);
        using var again = await AskAsync(other);

        Assert.Equal("upstream_unavailable", await refused.CodeAsync());
        Assert.Equal(whole, await again.TextAsync());
    }

    private static Task<HttpResponseMessage> AskAsync(Platform platform) => platform.Http.PostAsync(
        Path,
        new { model = "plain", messages = new[] { new { role = "user", content = "Say it" } }, stream = true },
        ("Idempotency-Key", "k"));

    private static string Text(string stream) => string.Concat(Requests.Events(stream)
        .Where(lines => !lines.Contains("[DONE]", StringComparison.Ordinal))
        .Select(lines => Requests.Data(lines).GetProperty("choices")[0].GetProperty("delta"))
        .Select(delta => delta.TryGetProperty("content", out var text) ? text.GetString() : ""));

    private static async Task HalvesAsync(Speaker speaker, Task goOn)
    {
        await speaker.StartAsync();
        await speaker.TokenAsync("Half ");
        await goOn.WaitAsync(speaker.CancellationToken);
        await speaker.TokenAsync("and half.");
        await speaker.FinishAsync(FinishReason.Stop);
    }
}
