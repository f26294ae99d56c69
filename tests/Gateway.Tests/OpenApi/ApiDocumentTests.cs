using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Gateway.Anthropic;
using Millrace.Gateway.Api;
using Millrace.Gateway.Api.Completions;
using Millrace.Gateway.Api.Responses;
using Millrace.Gateway.Api.Search;
using Millrace.Gateway.Batches;
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
    public void Check_WrongValues_AreFound()
    {
        var check = new JsonSchemaCheck(Document);
        var schema = Schema("Batch");

        Assert.Contains("$.id: is integer and not string", check.Errors(JsonNode.Parse("""{"id":1}"""), schema));
        Assert.Contains("$.object: is missing", check.Errors(JsonNode.Parse("{}"), schema));
    }

    private static JsonNode Schema(string name) => Document["components"]!["schemas"]![name]!;

    private static async Task CheckAsync(StoredPlatform stored, string method, string path, string? body, string id = "")
    {
        var check = new JsonSchemaCheck(Document);
        var operation = Document["paths"]![path]![method.ToLowerInvariant()]!;
        if (body is not null)
            Assert.Empty(check.Errors(JsonNode.Parse(body), operation["requestBody"]!["content"]!["application/json"]!["schema"]));
        var address = path.Replace("{id}", id, StringComparison.Ordinal);
        using var response = body is null
            ? await stored.Http.GetAsync(address).DefaultTimeout()
            : await stored.Platform.PostAsync(address, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{path}: {text}");
        var success = operation["responses"]![$"{(int)response.StatusCode}"]!;
        Assert.Empty(check.Errors(JsonNode.Parse(text), success["content"]!["application/json"]!["schema"]));
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
