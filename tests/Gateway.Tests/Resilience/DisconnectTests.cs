using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Resilience;

/// <summary>Clients that leave in the middle of a stream, after each of its chunks.</summary>
public sealed class DisconnectTests
{
    private const int Chunks = 12;
    private const int PromptTokens = 11;
    private static readonly string[] Services = ["Guardrails", "Embedding", "Retrieval", "Sessions", "Inference"];

    [Fact]
    public async Task Client_LeavesAfterEveryChunk_FreesItsPlacesAndIsCountedExactly()
    {
        await using var platform = await Platform.StartAsync(
            settings: Services.Select(name => ($"Gateway:Resilience:{name}:ConcurrentMax", "1")));
        var counted = new TokenCount();
        using var listener = counted.Listen(platform.Gateway.Services.GetRequiredService<IMeterFactory>());
        for (var chunks = 1; chunks <= Chunks; chunks++)
        {
            var left = NewSignal();
            var said = chunks;
            platform.Inference.Script = async (_, speaker) =>
            {
                using var registration = speaker.CancellationToken.Register(left.SetResult);
                await speaker.StartAsync();
                for (var i = 1; i <= said; i++) await speaker.TokenAsync($"word{i}. ");
                await left.Task;
            };

            using (var response = await AskAsync(platform, $"left-{chunks}")) await response.ReadUntilAsync($"word{chunks}.");
            await left.Task.DefaultTimeout();

            var told = await ExplanationAsync(platform, $"left-{chunks}");
            var usage = told.GetProperty("usage");
            Assert.Equal("cancelled", told.GetProperty("error").GetString());
            Assert.Equal(
                (PromptTokens, chunks),
                (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32()));
        }

        Assert.Equal((Chunks * PromptTokens, Chunks * (Chunks + 1) / 2), (counted.Input, counted.Output));
        Assert.Empty(platform.Gateway.Errors);
    }

    [Fact]
    public async Task Generation_ThatFailsInTheMiddle_IsCountedAsFarAsItCame()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.TokenAsync("one ");
            await speaker.TokenAsync("two ");
            throw new InvalidOperationException("killed");
        };
        using (var response = await AskAsync(platform, "failed")) await response.TextAsync();

        var usage = (await ExplanationAsync(platform, "failed")).GetProperty("usage");

        Assert.Equal((11, 2), (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32()));
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static Task<HttpResponseMessage> AskAsync(Platform platform, string id) => platform.ChatAsync(
        new { model = "plain", stream = true, messages = new[] { new { role = "user", content = "Say it" } } },
        stream: true,
        requestId: id);

    /// <summary>What is told of a request when it has ended, which is a moment after its client left.</summary>
    private static async Task<JsonElement> ExplanationAsync(Platform platform, string id)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (true)
        {
            using var response = await platform.Http.GetAsync($"/v1/requests/{id}/explain").DefaultTimeout();
            if (response.StatusCode == HttpStatusCode.OK) return await response.JsonAsync();
            await timer.WaitForNextTickAsync().AsTask().DefaultTimeout();
        }
    }

    /// <summary>What the metric of tokens was told.</summary>
    private sealed class TokenCount
    {
        private long _input;
        private long _output;

        public long Input => Interlocked.Read(ref _input);

        public long Output => Interlocked.Read(ref _output);

        public MeterListener Listen(IMeterFactory meters)
        {
            var listener = new MeterListener
            {
                InstrumentPublished = (instrument, self) =>
                {
                    if (instrument.Name == "gen_ai.client.token.usage" && instrument.Meter.Scope == meters)
                        self.EnableMeasurementEvents(instrument);
                },
            };
            listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
            {
                foreach (var tag in tags)
                    if (tag.Value is "input") Interlocked.Add(ref _input, value);
                    else if (tag.Value is "output") Interlocked.Add(ref _output, value);
            });
            listener.Start();
            return listener;
        }
    }
}
