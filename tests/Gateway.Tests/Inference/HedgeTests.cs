using System.Text.Json;
using Millrace.Gateway.Inference;
using Millrace.Gateway.Tests.Fakes;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Inference;

public sealed class HedgeTests
{
    private static readonly TimeSpan After = TimeSpan.FromMilliseconds(777);
    private static readonly (string Key, string Value) On = ("Gateway:HedgeAfter", "00:00:00.777");

    private readonly ManualTimeProvider _time = new();
    private readonly TaskCompletionSource _slow = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _asked;

    [Fact]
    public async Task Member_GivesNothing_TheSecondAnswersAndTheFirstIsCancelled()
    {
        await using var platform = await Platform.StartAsync(memberCount: 2, _time, On);
        foreach (var member in platform.Members) member.Script = SpeakAsync;

        var asked = platform.AskAsync("plain", "Say it");
        await _time.UntilTimedAsync(After).DefaultTimeout();
        _time.Advance(After);
        var answer = await asked.DefaultTimeout();

        Assert.Equal("Second.", answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal((11, 1), (Usage(answer, "prompt_tokens"), Usage(answer, "completion_tokens")));
        await Task.WhenAny(platform.Members.Select(member => member.Cancelled)).DefaultTimeout();
        Assert.Equal(2, platform.Members.Sum(member => member.Requests.Count));
    }

    [Fact]
    public async Task Member_AnswersInTime_NobodyElseIsAsked()
    {
        await using var platform = await Platform.StartAsync(memberCount: 2, _time, On);

        await platform.AskAsync("plain", "Say it");

        Assert.Equal(1, platform.Members.Sum(member => member.Requests.Count));
    }

    [Fact]
    public async Task Recent_MemberSlowerThan95PercentWere_TheSecondAnswers()
    {
        await using var platform = await Platform.StartAsync(memberCount: 2, _time, ("Gateway:HedgeAfter", "p95"));
        for (var i = 0; i < RecentBeginnings.WarmUp; i++) await platform.AskAsync("plain", $"Say {i}");
        foreach (var member in platform.Members) member.Script = SpeakAsync;

        var asked = platform.AskAsync("plain", "Say it");
        await _time.UntilTimedAsync(TimeSpan.FromMilliseconds(50)).DefaultTimeout();
        _time.Advance(TimeSpan.FromMilliseconds(50));
        var answer = await asked.DefaultTimeout();

        Assert.Equal("Second.", answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }

    [Fact]
    public async Task Second_Fails_TheFirstStillAnswers()
    {
        await using var platform = await Platform.StartAsync(memberCount: 2, _time, On);
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var member in platform.Members)
            member.Script = async (_, speaker) =>
            {
                if (Interlocked.Increment(ref _asked) == 2)
                {
                    failed.SetResult();
                    throw new MillraceException(Reason.QueueFull, "Not now.");
                }

                await _slow.Task;
                await speaker.SayAsync("First.");
            };

        var asked = platform.AskAsync("plain", "Say it");
        await _time.UntilTimedAsync(After).DefaultTimeout();
        _time.Advance(After);
        await failed.Task.DefaultTimeout();
        _slow.SetResult();

        var answer = await asked.DefaultTimeout();
        Assert.Equal("First.", answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }

    private async Task SpeakAsync(Contracts.Inference.V1.GenerateRequest request, Speaker speaker)
    {
        if (Interlocked.Increment(ref _asked) == 1)
        {
            await using var registration = speaker.CancellationToken.Register(_slow.SetResult);
            await _slow.Task;
            return;
        }

        await speaker.SayAsync("Second.");
    }

    private static int Usage(JsonElement answer, string name) => answer.GetProperty("usage").GetProperty(name).GetInt32();
}
