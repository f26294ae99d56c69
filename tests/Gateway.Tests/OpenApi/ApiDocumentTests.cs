using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Anthropic;
using Millrace.Gateway.Api;
using Millrace.Gateway.Api.Completions;
using Millrace.Gateway.Api.Responses;
using Millrace.Gateway.Api.Search;
using Millrace.Gateway.Batches;
using Millrace.Gateway.Guarding;
using Millrace.Gateway.Moderation;
using Millrace.Gateway.OpenApi;
using Millrace.Gateway.Reranking;
using Millrace.Gateway.Tests.Batches;
using Millrace.Gateway.Tests.Fakes;
using Millrace.Gateway.VectorStores;
using Millrace.ServiceDefaults.Calls;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.OpenApi;

/// <summary>The API document and the implementation say the same.</summary>
public sealed class ApiDocumentTests
{
    private static readonly JsonObject Document = ApiDocument.Make();

    public static TheoryData<string, string[]> Requests => new()
    {
        { "ChatRequest", [.. ChatRequestReader.HonouredNames, .. ChatNeutralParameters.Names] },
        { "CompletionRequest", [.. CompletionRequestReader.Names] },
        { "ResponseRequest", [.. ResponseRequestReader.Names] },
        { "MessageRequest", [.. MessagesRequestReader.HonouredNames, .. MessagesNeutralParameters.Names] },
        { "TokenCountRequest", [.. MessagesRequestReader.CountedNames, .. MessagesNeutralParameters.Names] },
        { "EmbeddingsRequest", [.. EmbeddingsRequestReader.HonouredNames] },
        { "RerankRequest", [.. RerankRequestReader.HonouredNames] },
        { "ModerationRequest", [.. ModerationRequestReader.HonouredNames, .. ModerationRequestReader.NeutralNames] },
        { "GuardExplainRequest", [.. GuardExplainReader.HonouredNames] },
        { "BatchRequest", [.. BatchRequestReader.HonouredNames] },
        { "SearchRequest", [.. SearchRequestReader.SearchNames] },
        { "ContextRequest", [.. SearchRequestReader.SearchNames, .. SearchRequestReader.ContextNames] },
        { "VectorStoreRequest", [.. VectorStoreRequests.CreateNames] },
        { "VectorStoreChange", [.. VectorStoreRequests.UpdateNames] },
        { "VectorStoreFileRequest", [.. VectorStoreRequests.FileNames] },
        { "VectorStoreFilesRequest", [.. VectorStoreRequests.FilesNames] },
        { "VectorStoreSearch", [.. VectorStoreRequests.SearchNames] },
    };

    [Fact]
    public async Task Document_Routes_AreThoseThatAreMapped()
    {
        await using var platform = await Platform.StartAsync();

        var mapped = platform.Gateway.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText is { } path
                && (path.StartsWith("/v1/", StringComparison.Ordinal) || path == "/openapi.json"))
            .SelectMany(endpoint => endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods
                .Select(method => $"{method} {endpoint.RoutePattern.RawText!.Replace("{**", "{", StringComparison.Ordinal)}"));
        var described = Document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(
            operation => $"{operation.Key.ToUpperInvariant()} {path.Key}"));

        Assert.Equal(mapped.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(described, route => route.Contains(UsageHeaders.Path, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public void Document_ParametersOfARequest_AreThoseThatAreRead(string schema, string[] read)
    {
        var described = Schema(schema)["properties"]!.AsObject().Select(property => property.Key);

        Assert.Equal(read.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Document_References_AllLeadSomewhere()
    {
        var schemas = Document["components"]!["schemas"]!.AsObject();

        var names = References(Document).ToList();

        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.True(schemas.ContainsKey(name), name));
        var ids = Document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject())
            .Select(operation => operation.Value!["operationId"]!.GetValue<string>()).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact]
    public async Task Document_OverHttp_IsServed()
    {
        await using var platform = await Platform.StartAsync();

        var served = await platform.Http.GetFromJsonAsync<JsonNode>("/openapi.json").DefaultTimeout();

        Assert.True(JsonNode.DeepEquals(Document, served));
        Assert.Equal("3.1.0", served?["openapi"]?.GetValue<string>());
    }

    [Fact]
    public async Task Document_ResponsesOfJsonBodies_FitTheirSchemas()
    {
        await using var stored = await StoredPlatform.StartAsync();
        var file = await stored.UploadAsync("{}", "batch");
        const string Chat = """ "model":"plain","messages":[{"role":"user","content":"x"}] """;
        await CheckAsync(stored, "POST", "/v1/chat/completions", $"{{{Chat},\"logprobs\":true}}");
        await CheckAsync(stored, "POST", "/v1/completions", """{"model":"plain","prompt":"x"}""");
        await CheckAsync(stored, "POST", "/v1/responses", """{"model":"plain","input":"x"}""");
        await CheckAsync(stored, "POST", "/v1/messages", $"{{{Chat},\"max_tokens\":9}}");
        await CheckAsync(stored, "POST", "/v1/messages/count_tokens", $"{{{Chat}}}");
        await CheckAsync(stored, "POST", "/v1/embeddings", """{"model":"tiny-embed","input":"x"}""");
        await CheckAsync(stored, "POST", "/v1/rerank", """{"query":"x","documents":["a","b"]}""");
        await CheckAsync(stored, "POST", "/v1/moderations", """{"input":"x"}""");
        await CheckAsync(stored, "POST", "/v1/guardrails/explain", """{"text":"x"}""");
        await CheckAsync(stored, "GET", "/v1/guardrails/policies", null);
        await CheckAsync(stored, "POST", "/v1/search", """{"collections":["samples"],"query":"x","explain":true}""");
        await CheckAsync(stored, "POST", "/v1/context", """{"collections":["samples"],"query":"x"}""");
        await CheckAsync(
            stored,
            "POST",
            "/v1/batches",
            $$$"""{"input_file_id":"{{{file}}}","endpoint":"/v1/embeddings","completion_window":"24h","metadata":{"k":"v"}}""");
        await CheckAsync(stored, "POST", "/v1/vector_stores", """{"name":"x"}""");
        await CheckAsync(stored, "POST", "/v1/vector_stores/{id}/files", $$"""{"file_id":"{{file}}"}""", "samples");
        await CheckAsync(stored, "POST", "/v1/vector_stores/{id}/search", """{"query":"x"}""", "samples");
        await CheckAsync(stored, "POST", "/v1/conversations", "{}");
        foreach (var path in (string[])["models", "collections", "files", "batches", "vector_stores", "conversations"])
            await CheckAsync(stored, "GET", $"/v1/{path}", null);
    }

    [Fact]
    public void Document_ReadByOthers_HasNoErrors()
    {
        var read = OpenApiDocument.Parse(Document.ToJsonString(), "json");

        Assert.Equal(OpenApiSpecVersion.OpenApi3_1, read.Diagnostic?.SpecificationVersion);
        Assert.Empty(read.Diagnostic?.Errors ?? []);
        Assert.Empty(read.Diagnostic?.Warnings ?? []);
        Assert.Equal(Document["paths"]!.AsObject().Count, read.Document?.Paths.Count);
    }

    [Fact]
    public void Document_Parts_AreAllOfUse()
    {
        var schemas = Document["components"]!["schemas"]!.AsObject();

        Assert.All(ApiDocument.Parts.Keys, name => Assert.True(schemas.ContainsKey(name), $"{name} is in no body."));
    }

    [Theory]
    [InlineData("/v1/chat/completions", "plain", """{"messages":[{"role":"user","content":"x"}],"logprobs":true}""")]
    [InlineData(
        "/v1/chat/completions",
        "plain",
        """{"messages":[{"role":"user","content":"x"}],"stream_options":{"include_usage":true}}""")]
    [InlineData(
        "/v1/chat/completions",
        "plain",
        """{"messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f"}}]}""")]
    [InlineData("/v1/chat/completions", "docs-assistant", """{"messages":[{"role":"user","content":"return an item?"}]}""")]
    [InlineData("/v1/completions", "plain", """{"prompt":"x","logprobs":2}""")]
    [InlineData("/v1/responses", "plain", """{"input":"x","background":true}""")]
    [InlineData("/v1/responses", "plain", """{"input":"x","tools":[{"type":"function","name":"f"}]}""")]
    [InlineData("/v1/messages", "plain", """{"max_tokens":9,"messages":[{"role":"user","content":"x"}]}""")]
    [InlineData(
        "/v1/messages",
        "plain",
        """{"max_tokens":9,"messages":[{"role":"user","content":"x"}],"tools":[{"name":"f","input_schema":{}}]}""")]
    public async Task Document_EventsOfStreams_FitTheirSchemas(string path, string model, string body)
    {
        await using var stored = await StoredPlatform.StartAsync();
        stored.Platform.Inference.Script = async (request, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.TokenAsync("Hello");
            if (request.Tools.Count > 0) await speaker.CallAsync(0, "{}", "call_a", "f");
            await speaker.FinishAsync(request.Tools.Count > 0 ? FinishReason.ToolCalls : FinishReason.Stop);
        };
        var schema = new DocumentSchemas(Document).EventOf(path);

        using var response = await stored.Platform.PostAsync(path, $"{{\"model\":\"{model}\",\"stream\":true,{body[1..]}");

        var events = (await response.Content.ReadAsStringAsync()).Split('\n')
            .Where(line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(line => line["data: ".Length..]).ToList();
        Assert.True(events.Count > 1, string.Join('\n', events));
        Assert.All(events, data => Assert.True(schema.FindViolation(data) is null, $"{schema.FindViolation(data)}: {data}"));
    }

    [Theory]
    [InlineData("/v1/chat/completions", "Error")]
    [InlineData("/v1/messages", "AnthropicError")]
    [InlineData("/v1/messages/count_tokens", "AnthropicError")]
    public async Task Document_Refusals_FitTheirSchemas(string path, string name)
    {
        await using var platform = await Platform.StartAsync();

        using var response = await platform.PostAsync(path, "{}");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var content = Document["paths"]![path]!["post"]!["responses"]!["default"]!["content"]!["application/json"]!["schema"]!;
        Assert.Equal($"#/components/schemas/{name}", content["$ref"]!.GetValue<string>());
        Assert.Null(new DocumentSchemas(Document).Named(name).FindViolation(await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public void Check_WrongValues_AreFound()
    {
        var schema = new DocumentSchemas(Document).Named("Batch");

        Assert.Equal("/id", schema.FindViolation("""{"id":1}""")?.Pointer);
        Assert.Contains("lacks", schema.FindViolation("{}")?.What, StringComparison.Ordinal);
    }

    private static JsonNode Schema(string name) => Document["components"]!["schemas"]![name]!;

    private static async Task CheckAsync(StoredPlatform stored, string method, string path, string? body, string id = "")
    {
        var schemas = new DocumentSchemas(Document);
        var operation = Document["paths"]![path]![method.ToLowerInvariant()]!;
        if (body is not null) Assert.Null(schemas.Of(operation["requestBody"]!).FindViolation(body));
        var address = path.Replace("{id}", id, StringComparison.Ordinal);
        using var response = body is null
            ? await stored.Http.GetAsync(address).DefaultTimeout()
            : await stored.Platform.PostAsync(address, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{path}: {text}");
        var wrong = schemas.Of(operation["responses"]![$"{(int)response.StatusCode}"]!).FindViolation(text);
        Assert.True(wrong is null, $"{path}: {wrong}: {text}");
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject fields => fields.SelectMany(field => field.Key == "$ref"
            ? [field.Value!.GetValue<string>()["#/components/schemas/".Length..]]
            : References(field.Value)),
        JsonArray items => items.SelectMany(References),
        _ => [],
    };
}
