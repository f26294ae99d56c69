using System.Globalization;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json.Nodes;
using Aspire.Hosting.Testing;
using Grpc.Net.Client;
using Millrace.Contracts.Inference.V1;
using Millrace.SystemTests.Keys;
using Millrace.TestShared;
using Xunit.Abstractions;

namespace Millrace.SystemTests.Faults;

/// <summary>Two gateways, each with a stream; one of them is killed.</summary>
[Collection(KeyedCollection.Name)]
public sealed class KilledGatewayTests(KeyedSystem system, ITestOutputHelper output)
{
    private const int Tokens = 700;
    private const string Chats = "/v1/chat/completions";

    /// <summary>How: neither stream can end before its last token; the client of the one that breaks comes back with what it has.</summary>
    [Fact]
    public async Task Gateway_KilledInMidStream_TheClientGetsTheRestOfTheSameAnswer()
    {
        var body = await BodyAsync();
        using var one = await FollowAsync(body, "stream-one", lastEvent: null);
        using var two = await FollowAsync(body, "stream-two", lastEvent: null);
        await one.ReadAsync(5);
        await two.ReadAsync(5);

        await system.KillAsync(KeyedSystem.Gateways[0]);
        await one.ReadAsync(int.MaxValue);
        await two.ReadAsync(int.MaxValue);

        var (broken, whole) = one.IsBroken ? (one, two) : (two, one);
        Assert.True(broken.IsBroken && !whole.IsBroken, $"Broken: {one.IsBroken}, {two.IsBroken}; the streams were not spread.");
        var started = TimeProvider.System.GetTimestamp();
        using var rest = await FollowAsync(body, broken.Key, broken.LastEvent);
        await rest.ReadAsync(int.MaxValue);
        output.WriteLine(
            $"{broken.Events.Count} events before, {rest.Events.Count} after, whole {TimeProvider.System.GetElapsedTime(started)} later");
        await AssertOneAnswerAsync(body, [.. broken.Events, .. rest.Events], broken.Key);
        await AssertOneAnswerAsync(body, whole.Events, whole.Key);
        await system.App.HealthyAsync(KeyedSystem.Gateways[0]);
    }

    /// <summary>Asserts that the events are those of the kept answer, and that this one was counted once.</summary>
    private async Task AssertOneAnswerAsync(JsonObject body, IReadOnlyList<string> events, string key)
    {
        using var replay = await FollowAsync(body, key, lastEvent: null);
        await replay.ReadAsync(int.MaxValue);

        Assert.Equal("[DONE]", events[^1]);
        Assert.Equal(replay.Events, events);
        var usage = JsonNode.Parse(events[^2])!["usage"]!;
        Assert.Equal(Tokens, usage["completion_tokens"]!.GetValue<int>());
        Assert.Equal(await PromptTokensAsync(), usage["prompt_tokens"]!.GetValue<int>());
        Assert.NotEmpty(string.Concat(events.SkipLast(2).Select(Delta)));
    }

    private async Task<int> PromptTokensAsync()
    {
        var body = await BodyAsync();
        (body["max_tokens"], body["stream"]) = (1, false);
        body.Remove("stream_options");
        return (await system.Amber.RequireAsync(HttpMethod.Post, Chats, body))["usage"]!["prompt_tokens"]!.GetValue<int>();
    }

    private static string Delta(string data) =>
        JsonNode.Parse(data)!["choices"]!.AsArray().FirstOrDefault()?["delta"]?["content"]?.GetValue<string>() ?? "";

    // An answer that cannot end by itself.
    private async Task<JsonObject> BodyAsync()
    {
        using var channel = GrpcChannel.ForAddress(system.App.GetEndpoint("inference-1", "grpc"));
        var end = await new InferenceService.InferenceServiceClient(channel)
            .TokenizeAsync(new TokenizeRequest { Text = "<|im_end|>", ParseSpecial = true });
        var body = Answers.Chat("who are you?", "tiny-rag-chat", stream: true);
        body["logit_bias"] = new JsonObject { [end.Ids.Single().ToString(CultureInfo.InvariantCulture)] = -100 };
        (body["max_tokens"], body["temperature"], body["seed"]) = (Tokens, 0, 7);
        body["stream_options"] = new JsonObject { ["include_usage"] = true };
        return body;
    }

    private async Task<Follower> FollowAsync(JsonObject body, string key, string? lastEvent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Chats) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", key);
        if (lastEvent is not null) request.Headers.Add("Last-Event-ID", lastEvent);
        var response = await system.Amber.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).DefaultTimeout();
        if (!response.IsSuccessStatusCode) Assert.Fail(await response.Content.ReadAsStringAsync());
        return new Follower(key, response);
    }

    /// <summary>A client that reads a stream and remembers how far it came.</summary>
    private sealed class Follower(string key, HttpResponseMessage response) : IDisposable
    {
        private IAsyncEnumerator<SseItem<string>>? _items;

        public string Key => key;

        public List<string> Events { get; } = [];

        public string? LastEvent { get; private set; }

        public bool IsBroken { get; private set; }

        /// <summary>Reads some events, or all that come.</summary>
        public async Task ReadAsync(int count)
        {
            _items ??= SseParser.Create(await response.Content.ReadAsStreamAsync(), (_, data) => Encoding.UTF8.GetString(data))
                .EnumerateAsync().GetAsyncEnumerator();
            try
            {
                for (var i = 0; i < count && await _items.MoveNextAsync().AsTask().DefaultTimeout(); i++)
                {
                    Events.Add(_items.Current.Data);
                    LastEvent = _items.Current.EventId;
                }
            }
            catch (Exception error) when (error is IOException or HttpRequestException)
            {
                IsBroken = true;
            }
        }

        public void Dispose() => response.Dispose();
    }
}
