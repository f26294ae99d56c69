using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Millrace.SystemTests.Keys;

namespace Millrace.SystemTests.Faults;

/// <summary>
/// What one tenant does all the time: chats, whole and streamed, from documents, in a conversation, and under keys that may be sent again;
/// appends to a conversation; searches and embeddings. It remembers what was acknowledged.
/// </summary>
internal sealed class TenantLoad
{
    private const string Chats = "POST /v1/chat/completions";
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan Seldom = TimeSpan.FromMilliseconds(600);

    private readonly Tenant _tenant;
    private readonly Probe _probe;
    private readonly ConcurrentQueue<string> _appended = new();
    private readonly ConcurrentQueue<string> _said = new();
    private readonly ConcurrentDictionary<string, (JsonObject Body, string Text)> _runs = new();
    private string _notes = "";

    public TenantLoad(Tenant tenant, Tenant other, LoadLog log)
    {
        (_tenant, _probe) = (tenant, new Probe(tenant, other, log));
        Work = new Dictionary<string, (TimeSpan, Func<int, Task>)>
        {
            ["chat"] = (Often, ChatAsync),
            ["stream"] = (Often, StreamAsync),
            ["grounded"] = (Seldom, GroundedAsync),
            ["append"] = (Often, AppendAsync),
            ["conversation"] = (Often, TalkAsync),
            ["run"] = (Often, RunAsync),
            ["search"] = (Often, SearchAsync),
            ["embeddings"] = (Often, EmbedAsync),
        };
    }

    /// <summary>The kinds of requests, how often each is sent, and what sends the n-th of them.</summary>
    public IReadOnlyDictionary<string, (TimeSpan Pace, Func<int, Task> SendAsync)> Work { get; }

    /// <summary>Whose load it is.</summary>
    public string Name => _tenant.Name;

    /// <summary>How much was acknowledged.</summary>
    public string Acknowledged => $"{Name}: {_appended.Count} messages appended, {_said.Count} said in a chat, {_runs.Count} runs";

    /// <summary>The conversation of chats.</summary>
    private string Talk => $"talk-of-{_tenant.Name}";

    /// <summary>Makes what the requests need.</summary>
    public async Task PrepareAsync() =>
        _notes = (await _tenant.RequireAsync(HttpMethod.Post, "/v1/conversations", new JsonObject())).Text("id");

    /// <summary>Asserts that all that was acknowledged is there, once, and that each run answers with the bytes that it had.</summary>
    public async Task AssertNothingLostAsync()
    {
        await AssertThereAsync(_notes, _appended);
        await AssertThereAsync(Talk, _said);
        foreach (var (key, (body, text)) in _runs)
        {
            using var again = await _tenant.SendAsync(HttpMethod.Post, "/v1/chat/completions", body.DeepClone(), ("Idempotency-Key", key));
            Assert.Equal(text, await again.Content.ReadAsStringAsync());
            Assert.True(again.Headers.Contains("idempotent-replayed"), $"{key} was answered anew.");
        }
    }

    private Task<Answer?> ChatAsync(int n) => _probe.SendAsync("chat", Chats, Answers.Chat(Text("chat", n)), null, HasMarker);

    private Task<Answer?> StreamAsync(int n) => _probe.SendAsync(
        "stream", Chats, Answers.Chat(ScriptedUpstream.Slowly + Text("stream", n), stream: true), null, IsWholeStream);

    private Task<Answer?> GroundedAsync(int n)
    {
        var stream = n % 2 == 1;
        return _probe.SendAsync(
            "grounded",
            Chats,
            Answers.Chat(Tenant.Question, RunningSystem.Assistant, stream),
            null,
            answer => stream ? IsWholeStream(answer) : HasMarker(answer));
    }

    private async Task AppendAsync(int n)
    {
        var text = Text("note", n);
        var target = $"POST /v1/conversations/{_notes}/items";
        if (await _probe.SendAsync("append", target, Answers.Items(text), null, HasMarker) is not null) _appended.Enqueue(text);
    }

    // An answer that could not be kept is an answer all the same, and says so.
    private async Task TalkAsync(int n)
    {
        var text = Text("talk", n);
        var body = Answers.Chat(text);
        body["millrace"] = new JsonObject { ["conversation_id"] = Talk };
        var answer = await _probe.SendAsync("conversation", Chats, body, null, HasMarker);
        if (answer is not null && JsonNode.Parse(answer.Text)?["millrace"]?["message_ids"] is JsonArray { Count: > 0 }) _said.Enqueue(text);
    }

    private async Task RunAsync(int n)
    {
        var stream = n % 2 == 1;
        var key = $"run-{_tenant.Name}-{n}";
        var body = Answers.Chat(Text("run", n), stream: stream);
        var answer = await _probe.SendAsync("run", Chats, body, key, got => stream ? IsWholeStream(got) : HasMarker(got));
        if (answer is not null) _runs[key] = (body, answer.Text);
    }

    private Task<Answer?> SearchAsync(int n) => _probe.SendAsync(
        "search",
        "POST /v1/search",
        new JsonObject { ["collections"] = new JsonArray(Tenant.Collection), ["query"] = $"{Tenant.Question} {n}" },
        null,
        HasMarker);

    private Task<Answer?> EmbedAsync(int n) => _probe.SendAsync(
        "embeddings",
        "POST /v1/embeddings",
        new JsonObject { ["model"] = "tiny-embed", ["input"] = Text("embeddings", n) },
        null,
        answer => answer.Text.Contains("\"embedding\"", StringComparison.Ordinal));

    private string Text(string kind, int n) => $"{_tenant.Marker} {kind} number {n}.";

    private bool HasMarker(Answer answer) => answer.Text.Contains(_tenant.Marker, StringComparison.Ordinal);

    private bool IsWholeStream(Answer answer) => answer.IsDone && HasMarker(answer);

    private async Task AssertThereAsync(string conversation, IEnumerable<string> acknowledged)
    {
        var kept = (await ReadAsync(conversation)).CountBy(text => text).ToDictionary();
        Assert.DoesNotContain(acknowledged, text => kept.GetValueOrDefault(text) != 1);
    }

    private async Task<IReadOnlyList<string>> ReadAsync(string conversation)
    {
        List<string> texts = [];
        for (var after = ""; ;)
        {
            var page = await _tenant.RequireAsync(HttpMethod.Get, $"/v1/conversations/{conversation}/items?limit=100&order=asc{after}");
            texts.AddRange(page["data"]!.AsArray().Select(item => item!["content"]![0]!.Text("text")));
            if (!page["has_more"]!.GetValue<bool>()) return texts;
            after = $"&after={page.Text("last_id")}";
        }
    }
}
