using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Runs;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Api.Runs;

/// <summary>Two gateways share one store; the one that makes a completion or a message dies in the middle.</summary>
public sealed class TakeoverRoutesTests : IAsyncLifetime
{
    private const string Completions = "/v1/completions";
    private const string Messages = "/v1/messages";
    private const string Prompt = "How long?";
    private static readonly string[] Answer = ["Standard ", "shipping ", "takes ", "three ", "days."];
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);
    private readonly ManualTimeProvider _time = new();
    private readonly TaskCompletionSource _spoken = new(TaskCreationOptions.RunContinuationsAsynchronously);
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
        First.Inference.Script = (request, speaker) => GoOnAsync(request, speaker, 2);
        Second.Inference.Script = (request, speaker) => GoOnAsync(request, speaker, Answer.Length);
    }

    [Theory]
    [InlineData(Completions)]
    [InlineData(Messages)]
    public async Task Stream_GatewayDiesInMidStream_TheRestComesFromTheOther(string path)
    {
        using var lost = await AskAsync(First, path, stream: true);
        var before = await lost.ReadUntilAsync("shipping ");
        using var joined = await AskAsync(Second, path, stream: true);
        var seen = await joined.ReadUntilAsync("shipping ");

        await KillAsync(First);
        _time.Advance(Lease);
        var events = Requests.Events(seen + await joined.TextRestAsync());

        Assert.StartsWith(before, seen, StringComparison.Ordinal);
        Assert.Equal(string.Concat(Answer), string.Concat(events.Select(Text)));
        Assert.Equal((11, Answer.Length), Usage(path, events));
        using var again = await AskAsync(Second, path, stream: true);
        Assert.Equal(events, Requests.Events(await again.TextAsync()));
        Assert.Single(Second.Inference.Requests);
    }

    [Theory]
    [InlineData(Completions)]
    [InlineData(Messages)]
    public async Task Whole_GatewayDiesInTheMiddle_TheRetryGetsItAllFromTheOther(string path)
    {
        var lost = AskAsync(First, path, stream: false);
        await _spoken.Task.DefaultTimeout();

        await KillAsync(First);
        _time.Advance(Lease);
        using var again = await AskAsync(Second, path, stream: false);

        Assert.Contains(string.Concat(Answer), await again.TextAsync(), StringComparison.Ordinal);
        (await lost).Dispose();
    }

    [Fact]
    public async Task Whole_SeveralChoicesThatNobodySaw_AreMadeAnew()
    {
        First.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.TokenAsync("One ", 0);
            await speaker.TokenAsync("Two ", 1);
            _spoken.SetResult();
            await Task.Delay(Timeout.Infinite, speaker.CancellationToken);
        };
        Second.Inference.Answers("Anew.");
        var lost = First.Http.PostAsync(Completions, KeptRoutesTests.Body(Completions, Prompt, choices: 2), ("Idempotency-Key", "k"));
        await _spoken.Task.DefaultTimeout();

        await KillAsync(First);
        _time.Advance(Lease);
        using var again = await Second.Http.PostAsync(
            Completions, KeptRoutesTests.Body(Completions, Prompt, choices: 2), ("Idempotency-Key", "k"));

        Assert.Equal(
            ["Anew.", "Anew."],
            (await again.JsonAsync()).GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("text").GetString()));
        (await lost).Dispose();
    }

    public async Task DisposeAsync()
    {
        if (_first is not null) await _first.DisposeAsync();
        if (_second is not null) await _second.DisposeAsync();
        if (_sessions is not null) await _sessions.DisposeAsync();
    }

    private static Task KillAsync(Platform platform) =>
        platform.Gateway.Services.GetRequiredService<RunHost>().StopAsync(CancellationToken.None).DefaultTimeout();

    private static Task<HttpResponseMessage> AskAsync(Platform platform, string path, bool stream) =>
        platform.Http.PostAsync(path, KeptRoutesTests.Body(path, Prompt, stream), ("Idempotency-Key", "k"));

    private static string Text(string lines)
    {
        if (lines.Contains("[DONE]", StringComparison.Ordinal)) return "";
        var data = Requests.Data(lines);
        if (data.TryGetProperty("choices", out var choices))
            return choices.GetArrayLength() > 0 ? choices[0].GetProperty("text").GetString() ?? "" : "";
        return data.TryGetProperty("delta", out var delta) && delta.TryGetProperty("text", out var text) ? text.GetString() ?? "" : "";
    }

    private static (int Prompt, int Answer) Usage(string path, string[] events)
    {
        var usage = Requests.Data(events[^2]).GetProperty("usage");
        return path == Messages
            ? (Number(usage, "input_tokens") + Number(usage, "cache_read_input_tokens"), Number(usage, "output_tokens"))
            : (Number(usage, "prompt_tokens"), Number(usage, "completion_tokens"));
    }

    private static int Number(JsonElement json, string name) => json.GetProperty(name).GetInt32();

    /// <summary>A greedy engine: what is there of its answer already it does not say again.</summary>
    private async Task GoOnAsync(GenerateRequest request, Speaker speaker, int until)
    {
        var said = request.PromptCase == GenerateRequest.PromptOneofCase.Text
            ? request.Text[Prompt.Length..]
            : request.Chat.ContinueLastMessage ? request.Chat.Messages[^1].Content : "";
        var from = 0;
        while (said.Length > string.Concat(Answer.Take(from)).Length) from++;
        Assert.Equal(said, string.Concat(Answer.Take(from)));
        await speaker.StartAsync();
        for (var i = from; i < until; i++) await speaker.TokenAsync(Answer[i]);
        _spoken.TrySetResult();
        if (until < Answer.Length) await Task.Delay(Timeout.Infinite, speaker.CancellationToken);
        await speaker.FinishAsync();
    }
}
