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

    /// <summary>Every way to ask for one of them by id, each with the code of its refusal for who does not own it.</summary>
    public IEnumerable<(string Target, JsonNode? Body, string Code)> Doors() =>
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

    private IEnumerable<(string Target, JsonNode? Body, string Code)> Conversations()
    {
        const string Code = "conversation_not_found";
        var one = $"/v1/conversations/{Conversation}";
        return
        [
            ($"GET {one}", null, Code),
            ($"POST {one}", new JsonObject { ["metadata"] = new JsonObject { ["a"] = "b" } }, Code),
            ($"GET {one}/items", null, Code),
            ($"POST {one}/items", Answers.Items("Mine now."), Code),
            ($"GET {one}/items/{Item}", null, Code),
            ($"GET {one}/items/{Item}/siblings", null, Code),
            ($"DELETE {one}/items/{Item}", null, Code),
            ($"GET {one}/branches", null, Code),
            ($"GET {one}/export", null, Code),
            ($"DELETE {one}", null, Code),
            ("POST /v1/responses", Ask("conversation", Conversation), Code),
        ];
    }

    private IEnumerable<(string Target, JsonNode? Body, string Code)> Kept() =>
    [
        ($"GET /v1/responses/{Response}", null, "response_not_found"),
        ($"GET /v1/responses/{Response}/input_items", null, "response_not_found"),
        ($"POST /v1/responses/{Response}/cancel", null, "response_not_found"),
        ($"DELETE /v1/responses/{Response}", null, "response_not_found"),
        ("POST /v1/responses", Ask("previous_response_id", Response), "response_not_found"),
        ($"GET /v1/files/{File}", null, "file_not_found"),
        ($"GET /v1/files/{File}/content", null, "file_not_found"),
        ($"DELETE /v1/files/{File}", null, "file_not_found"),
        ("POST /v1/batches", new JsonObject
        {
            ["input_file_id"] = File, ["endpoint"] = "/v1/chat/completions", ["completion_window"] = "24h",
        }, "file_not_found"),
        ($"GET /v1/batches/{Batch}", null, "batch_not_found"),
        ($"POST /v1/batches/{Batch}/cancel", null, "batch_not_found"),
        ($"GET /v1/requests/{Request}/explain", null, "request_not_found"),
    ];

    private IEnumerable<(string Target, JsonNode? Body, string Code)> Stores()
    {
        const string Code = "collection_not_found";
        var one = $"/v1/vector_stores/{Store}";
        return
        [
            ($"GET {one}", null, Code),
            ($"POST {one}", new JsonObject { ["name"] = "Mine now" }, Code),
            ($"POST {one}/search", new JsonObject { ["query"] = "note" }, Code),
            ($"GET {one}/files", null, Code),
            ($"POST {one}/files", new JsonObject { ["file_id"] = File }, Code),
            ($"POST /v1/vector_stores/{Tenant.Collection}/files", new JsonObject { ["file_id"] = File }, "file_not_found"),
            ($"GET {one}/file_batches/{FileBatch}", null, "job_not_found"),
            ($"POST {one}/file_batches/{FileBatch}/cancel", null, "job_not_found"),
            ($"DELETE {one}", null, Code),
        ];
    }

    private IEnumerable<(string Target, JsonNode? Body, string Code)> Documents()
    {
        const string Code = "collection_not_found";
        var one = $"/v1/collections/{Collection}";
        var search = new JsonObject { ["collections"] = new JsonArray(Collection), ["query"] = "note" };
        var chat = Answers.Chat("note?");
        chat["millrace"] = new JsonObject { ["collections"] = new JsonArray(Collection) };
        return
        [
            ($"GET {one}", null, Code),
            ($"GET {one}/documents", null, Code),
            ($"GET {one}/documents/a.md", null, Code),
            ($"GET {one}/documents/a.md/text", null, Code),
            ($"PATCH {one}/documents/a.md", new JsonObject { ["access_labels"] = new JsonArray() }, Code),
            ($"GET {one}/jobs", null, Code),
            ($"POST {one}/jobs", null, Code),
            ($"POST {one}/reindex", new JsonObject(), Code),
            ($"GET /v1/jobs/{Job}", null, "job_not_found"),
            ($"POST /v1/jobs/{Job}/cancel", null, "job_not_found"),
            ($"POST /v1/jobs/{Job}/retry", null, "job_not_found"),
            ("POST /v1/search", search, Code),
            ("POST /v1/context", search.DeepClone(), Code),
            ("POST /v1/chat/completions", chat, Code),
        ];
    }

    private static JsonObject Ask(string field, string id) =>
        new() { ["model"] = ScriptedUpstream.Model, ["input"] = "And then?", [field] = id };
}
