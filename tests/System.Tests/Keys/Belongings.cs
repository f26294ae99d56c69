using System.Text.Json.Nodes;

namespace Millrace.SystemTests.Keys;

/// <summary>One of everything that a tenant can own, by id.</summary>
internal sealed record Belongings
{
    /// <summary>The key under which its chat may be sent again.</summary>
    public const string IdempotencyKey = "order-17";

    /// <summary>The id that it chose for the conversation of its chats.</summary>
    public const string Talk = "talk-1";

    public required string Conversation { get; init; }

    public required string Item { get; init; }

    public required string Response { get; init; }

    public required string File { get; init; }

    public required string Batch { get; init; }

    public required string Store { get; init; }

    public required string FileBatch { get; init; }

    public required string Job { get; init; }

    public required string Collection { get; init; }

    public required string Request { get; init; }

    /// <summary>Makes them.</summary>
    public static async Task<Belongings> MakeAsync(Tenant tenant)
    {
        var conversation = (await tenant.RequireAsync(HttpMethod.Post, "/v1/conversations", new JsonObject())).Text("id");
        var items = await tenant.RequireAsync(
            HttpMethod.Post, $"/v1/conversations/{conversation}/items", Answers.Items($"{tenant.Marker} noted."));
        var response = await tenant.RequireAsync(
            HttpMethod.Post,
            "/v1/responses",
            new JsonObject { ["model"] = ScriptedUpstream.Model, ["input"] = $"{tenant.Marker} asked." });
        var lines = new JsonObject
        {
            ["custom_id"] = "a",
            ["method"] = "POST",
            ["url"] = "/v1/chat/completions",
            ["body"] = Answers.Chat($"{tenant.Marker} batched."),
        };
        var file = await tenant.UploadAsync("batch", "lines.jsonl", lines.ToJsonString());
        var batch = await tenant.RequireAsync(HttpMethod.Post, "/v1/batches", new JsonObject
        {
            ["input_file_id"] = file, ["endpoint"] = "/v1/chat/completions", ["completion_window"] = "24h",
        });
        var (store, fileBatch) = await MakeStoreAsync(tenant);
        var collection = $"private-{tenant.Name}";
        await tenant.RequireAsync(HttpMethod.Post, "/v1/collections", new JsonObject { ["name"] = collection });
        await tenant.PutAsync(collection, "a.md", $"# Own\n\n{tenant.Marker} owns this.\n");
        return new Belongings
        {
            Conversation = conversation,
            Item = items["data"]![0]!.Text("id"),
            Response = response.Text("id"),
            File = file,
            Batch = batch.Text("id"),
            Store = store,
            FileBatch = fileBatch,
            Job = (await tenant.RequireAsync(HttpMethod.Post, $"/v1/collections/{collection}/jobs")).Text("id"),
            Collection = collection,
            Request = await ChatAsync(tenant),
        };
    }

    /// <summary>The chat under <see cref="IdempotencyKey"/>, in <see cref="Talk"/>.</summary>
    public static JsonObject Chat(string text)
    {
        var body = Answers.Chat(text);
        body["millrace"] = new JsonObject { ["conversation_id"] = Talk };
        return body;
    }

    /// <summary>Every way to ask for one of them by id.</summary>
    public IEnumerable<(string Target, JsonNode? Body)> Doors() =>
        [.. Conversations(), .. Kept(), .. Stores(), .. Documents()];

    private static async Task<(string Store, string FileBatch)> MakeStoreAsync(Tenant tenant)
    {
        var store = (await tenant.RequireAsync(HttpMethod.Post, "/v1/vector_stores", new JsonObject { ["name"] = "Own" })).Text("id");
        var note = await tenant.UploadAsync("assistants", "note.md", $"# Note\n\n{tenant.Marker} wrote this.\n");
        var batch = await tenant.RequireAsync(
            HttpMethod.Post, $"/v1/vector_stores/{store}/file_batches", new JsonObject { ["file_ids"] = new JsonArray(note) });
        return (store, batch.Text("id"));
    }

    private static async Task<string> ChatAsync(Tenant tenant)
    {
        using var answer = await tenant.SendAsync(
            HttpMethod.Post, "/v1/chat/completions", Chat("Say it."), ("Idempotency-Key", IdempotencyKey));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return answer.Headers.GetValues("x-request-id").Single();
    }

    private IEnumerable<(string Target, JsonNode? Body)> Conversations()
    {
        var one = $"/v1/conversations/{Conversation}";
        return
        [
            ($"GET {one}", null),
            ($"POST {one}", new JsonObject { ["metadata"] = new JsonObject { ["a"] = "b" } }),
            ($"GET {one}/items", null),
            ($"POST {one}/items", Answers.Items("Mine now.")),
            ($"GET {one}/items/{Item}", null),
            ($"GET {one}/items/{Item}/siblings", null),
            ($"DELETE {one}/items/{Item}", null),
            ($"GET {one}/branches", null),
            ($"GET {one}/export", null),
            ($"DELETE {one}", null),
            ("POST /v1/responses", Ask("conversation", Conversation)),
        ];
    }

    private IEnumerable<(string Target, JsonNode? Body)> Kept() =>
    [
        ($"GET /v1/responses/{Response}", null),
        ($"GET /v1/responses/{Response}/input_items", null),
        ($"POST /v1/responses/{Response}/cancel", null),
        ($"DELETE /v1/responses/{Response}", null),
        ("POST /v1/responses", Ask("previous_response_id", Response)),
        ($"GET /v1/files/{File}", null),
        ($"GET /v1/files/{File}/content", null),
        ($"DELETE /v1/files/{File}", null),
        ("POST /v1/batches", new JsonObject
        {
            ["input_file_id"] = File, ["endpoint"] = "/v1/chat/completions", ["completion_window"] = "24h",
        }),
        ($"GET /v1/batches/{Batch}", null),
        ($"POST /v1/batches/{Batch}/cancel", null),
        ($"GET /v1/requests/{Request}/explain", null),
    ];

    private IEnumerable<(string Target, JsonNode? Body)> Stores()
    {
        var one = $"/v1/vector_stores/{Store}";
        return
        [
            ($"GET {one}", null),
            ($"POST {one}", new JsonObject { ["name"] = "Mine now" }),
            ($"POST {one}/search", new JsonObject { ["query"] = "note" }),
            ($"GET {one}/files", null),
            ($"POST {one}/files", new JsonObject { ["file_id"] = File }),
            ($"POST /v1/vector_stores/{Tenant.Collection}/files", new JsonObject { ["file_id"] = File }),
            ($"GET {one}/file_batches/{FileBatch}", null),
            ($"POST {one}/file_batches/{FileBatch}/cancel", null),
            ($"DELETE {one}", null),
        ];
    }

    private IEnumerable<(string Target, JsonNode? Body)> Documents()
    {
        var one = $"/v1/collections/{Collection}";
        var search = new JsonObject { ["collections"] = new JsonArray(Collection), ["query"] = "note" };
        var chat = Answers.Chat("note?");
        chat["millrace"] = new JsonObject { ["collections"] = new JsonArray(Collection) };
        return
        [
            ($"GET {one}", null),
            ($"GET {one}/documents", null),
            ($"GET {one}/documents/a.md", null),
            ($"GET {one}/documents/a.md/text", null),
            ($"PATCH {one}/documents/a.md", new JsonObject { ["access_labels"] = new JsonArray() }),
            ($"GET {one}/jobs", null),
            ($"POST {one}/jobs", null),
            ($"POST {one}/reindex", new JsonObject()),
            ($"GET /v1/jobs/{Job}", null),
            ($"POST /v1/jobs/{Job}/cancel", null),
            ($"POST /v1/jobs/{Job}/retry", null),
            ("POST /v1/search", search),
            ("POST /v1/context", search.DeepClone()),
            ("POST /v1/chat/completions", chat),
        ];
    }

    private static JsonObject Ask(string field, string id) =>
        new() { ["model"] = ScriptedUpstream.Model, ["input"] = "And then?", [field] = id };
}
