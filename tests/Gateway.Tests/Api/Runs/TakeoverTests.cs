using Microsoft.Extensions.DependencyInjection;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Runs;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Api.Runs;

/// <summary>Two gateways share one store; the one that makes an answer dies in the middle.</summary>
public sealed class TakeoverTests : IAsyncLifetime
{
    private const string Path = "/v1/chat/completions";
    private static readonly string[] Answer = ["Standard ", "shipping ", "takes ", "three ", "days ", "in ", "all."];
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);
    private readonly ManualTimeProvider _time = new();
    private RealSessions? _sessions;
    private Platform? _first;
    private Platform? _second;

    private Platform First => _first!;

    private Platform Second => _second!;

    public async Task InitializeAsync()
    {
        _sessions = await RealSessions.StartAsync(_time);
        _first = await Platform.StartAsync(settings: [_sessions.Setting]);
        _second = await Platform.StartAsync(settings: [_sessions.Setting]);
        foreach (var platform in (Platform[])[First, Second])
            platform.Inference.Script = (request, speaker) => GoOnAsync(request, speaker, Answer.Length);
    }

    [Fact]
    public async Task Stream_GatewayDiesInMidStream_ReadersOfTheOtherGetOneUnbrokenAnswer()
    {
        var uninterrupted = await WholeAsync(Second, "whole");
        First.Inference.Script = (request, speaker) => GoOnAsync(request, speaker, 4);
        using var lost = await AskAsync(First, "k");
        var before = await lost.ReadUntilAsync("shipping ");
        using var joined = await AskAsync(Second, "k");
        await joined.ReadUntilAsync("shipping ");

        await KillAsync(First);
        _time.Advance(Lease);
        using var retried = await Second.Http.PostAsync(
            Path, Body(), ("Idempotency-Key", "k"), ("Last-Event-ID", $"{Requests.Events(before).Length}"));
        var rest = Requests.Events(await retried.TextAsync());

        var whole = Requests.Events(before).Concat(rest).ToArray();
        Assert.Equal(string.Concat(Answer), Text(whole));
        Assert.Equal(Text(uninterrupted), Text(whole));
        Assert.Equal(Enumerable.Range(1, whole.Length).Select(i => $"id: {i}"), whole.Select(lines => lines.Split('\n')[0]));
        Assert.Equal("data: [DONE]", whole[^1].Split('\n')[1]);
        Assert.Equal(
            Requests.Data(uninterrupted[^2]).GetProperty("usage").GetRawText(), Requests.Data(whole[^2]).GetProperty("usage").GetRawText());
        using var replayed = await AskAsync(Second, "k");
        Assert.Equal(whole, Requests.Events(await replayed.TextAsync()));

        var went = Second.Inference.LastRequest;
        Assert.True(went.Chat.ContinueLastMessage);
        Assert.Equal(1ul, went.Sampling.Seed);
        Assert.Equal(2, Second.Inference.Requests.Count);
    }

    /// <summary>How: words come one by one to the first gateway, and all at once to the second, both of which may join them.</summary>
    [Fact]
    public async Task Stream_GatewaysThatJoinPieces_MakeTheSameOfThem()
    {
        await using var first = await Platform.StartAsync(settings: [_sessions!.Setting, ("Gateway:BatchCharsMax", "1024")]);
        await using var second = await Platform.StartAsync(settings: [_sessions.Setting, ("Gateway:BatchCharsMax", "1024")]);
        var seen = Answer.Take(4).Select(_ => new TaskCompletionSource()).ToList();
        first.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            foreach (var (word, read) in Answer.Zip(seen))
            {
                await speaker.TokenAsync(word);
                await read.Task.WaitAsync(speaker.CancellationToken);
            }

            await Task.Delay(Timeout.Infinite, speaker.CancellationToken);
        };
        second.Inference.Script = (request, speaker) => GoOnAsync(request, speaker, Answer.Length);
        using var lost = await AskAsync(first, "k");
        var before = "";
        foreach (var (word, read) in Answer.Zip(seen))
        {
            before += await lost.ReadUntilAsync(word);
            read.SetResult();
        }

        await KillAsync(first);
        _time.Advance(Lease);
        using var retried = await second.Http.PostAsync(
            Path, Body(), ("Idempotency-Key", "k"), ("Last-Event-ID", $"{Requests.Events(before).Length}"));
        var whole = Requests.Events(before).Concat(Requests.Events(await retried.TextAsync())).ToArray();

        Assert.Equal(string.Concat(Answer), Text(whole));
        Assert.Equal("data: [DONE]", whole[^1].Split('\n')[1]);
    }

    [Fact]
    public async Task Stream_GatewayDiesBeforeTheModelSpoke_TheOtherAsksItAnew()
    {
        var asked = new TaskCompletionSource();
        First.Inference.Script = async (_, speaker) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, speaker.CancellationToken);
        };
        var lost = AskAsync(First, "k");
        await asked.Task.DefaultTimeout();

        await KillAsync(First);
        _time.Advance(Lease);
        var events = await WholeAsync(Second, "k");

        Assert.Equal(string.Concat(Answer), Text(events));
        Assert.False(Second.Inference.LastRequest.Chat.ContinueLastMessage);
        (await lost).Dispose();
    }

    [Fact]
    public async Task Chat_GatewayDiesInTheMiddle_TheRetryGetsTheWholeAnswerFromTheOther()
    {
        using var whole = await First.Http.PostAsync(Path, Body(stream: false), ("Idempotency-Key", "whole"));
        var expected = (await whole.JsonAsync()).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();
        var asked = new TaskCompletionSource();
        First.Inference.Script = (request, speaker) =>
        {
            asked.SetResult();
            return GoOnAsync(request, speaker, 5);
        };
        var lost = First.Http.PostAsync(Path, Body(stream: false), ("Idempotency-Key", "k"));
        await asked.Task.DefaultTimeout();

        await KillAsync(First);
        _time.Advance(Lease);
        using var again = await Second.Http.PostAsync(Path, Body(stream: false), ("Idempotency-Key", "k"));

        var answer = await again.JsonAsync();
        Assert.Equal(expected, answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal(Answer.Length, answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        (await lost).Dispose();
    }

    [Fact]
    public async Task Stream_AnswerThatCannotBeContinued_EndsForEverybodyWithTheSameError()
    {
        First.Inference.Script = (request, speaker) => GoOnAsync(request, speaker, 4);
        using var lost = await First.Http.PostAsync(Path, Body(logprobs: true), ("Idempotency-Key", "k"));
        await lost.ReadUntilAsync("shipping ");
        using var joined = await Second.Http.PostAsync(Path, Body(logprobs: true), ("Idempotency-Key", "k"));
        var seen = await joined.ReadUntilAsync("shipping ");

        await KillAsync(First);
        _time.Advance(Lease);
        var one = seen + await joined.TextRestAsync();
        using var again = await Second.Http.PostAsync(Path, Body(logprobs: true), ("Idempotency-Key", "k"));

        Assert.Equal(one, await again.TextAsync());
        var error = Requests.Data(Requests.Events(one)[^1]).GetProperty("error");
        Assert.Equal("upstream_unavailable", error.GetProperty("code").GetString());
        Assert.Contains("cannot be continued", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(Second.Inference.Requests);
    }

    [Fact]
    public async Task Stream_OwnerThatWasGivenUpWakes_ItsEngineStopsAndItsReaderFollowsTheOther()
    {
        await using var sleeper = await Platform.StartAsync(settings: [_sessions!.Setting, ("Gateway:Runs:Lease", "00:01:00")]);
        var wake = new TaskCompletionSource();
        sleeper.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            foreach (var word in Answer.Take(2)) await speaker.TokenAsync(word);
            await wake.Task.WaitAsync(speaker.CancellationToken);
            await speaker.TokenAsync(Answer[2]);
            await Task.Delay(Timeout.Infinite, speaker.CancellationToken);
        };
        using var slept = await AskAsync(sleeper, "k");
        var seen = await slept.ReadUntilAsync("shipping ");

        _time.Advance(TimeSpan.FromMinutes(1));
        var whole = await WholeAsync(Second, "k");
        wake.SetResult();

        await sleeper.Inference.Cancelled.DefaultTimeout();
        Assert.Equal(whole, Requests.Events(seen + await slept.TextRestAsync()));
        Assert.Equal(string.Concat(Answer), Text(whole));
    }

    public async Task DisposeAsync()
    {
        if (_first is not null) await _first.DisposeAsync();
        if (_second is not null) await _second.DisposeAsync();
        if (_sessions is not null) await _sessions.DisposeAsync();
    }

    private static object Body(bool stream = true, bool logprobs = false) => stream
        ? new
        {
            model = "plain",
            messages = new[] { new { role = "user", content = "How long?" } },
            stream,
            logprobs,
            stream_options = new { include_usage = true },
        }
        : new { model = "plain", messages = new[] { new { role = "user", content = "How long?" } } };

    /// <summary>What a killed process does: nothing more.</summary>
    private static Task KillAsync(Platform platform) =>
        platform.Gateway.Services.GetRequiredService<RunHost>().StopAsync(CancellationToken.None).DefaultTimeout();

    private static Task<HttpResponseMessage> AskAsync(Platform platform, string key) =>
        platform.Http.PostAsync(Path, Body(), ("Idempotency-Key", key));

    private static async Task<string[]> WholeAsync(Platform platform, string key)
    {
        using var response = await AskAsync(platform, key);
        return Requests.Events(await response.TextAsync());
    }

    private static string Text(IEnumerable<string> events) => string.Concat(events
        .Where(lines => !lines.Contains("[DONE]", StringComparison.Ordinal))
        .Select(lines => Requests.Data(lines).GetProperty("choices"))
        .Where(choices => choices.GetArrayLength() > 0)
        .Select(choices => choices[0].GetProperty("delta").TryGetProperty("content", out var text) ? text.GetString() : ""));

    /// <summary>A greedy engine that says the same always: what is there of it already it does not say again.</summary>
    private static async Task GoOnAsync(GenerateRequest request, Speaker speaker, int until)
    {
        var said = request.Chat.ContinueLastMessage ? request.Chat.Messages[^1].Content : "";
        var from = 0;
        while (said.Length > string.Concat(Answer.Take(from)).Length) from++;
        Assert.Equal(said, string.Concat(Answer.Take(from)));
        await speaker.StartAsync();
        for (var i = from; i < until; i++) await speaker.TokenAsync(Answer[i]);
        if (until < Answer.Length) await Task.Delay(Timeout.Infinite, speaker.CancellationToken);
        await speaker.FinishAsync();
    }
}
