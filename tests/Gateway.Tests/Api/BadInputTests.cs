using System.Net;
using System.Text;
using System.Text.Json;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Api;

/// <summary>Every wrong request is refused with a 4xx error object that names the field.</summary>
public sealed class BadInputTests : IAsyncLifetime
{
    private const string Chat = "/v1/chat/completions";
    private const string User = """[{"role":"user","content":"Hi"}]""";

    private Platform _shared = null!;

    /// <summary>Whole bodies, and a part of the message.</summary>
    public static TheoryData<string, string> Bodies => new()
    {
        { "", "empty" },
        { "{", "line 1, byte 2" },
        { "{\n  \"model\": nope\n}", "line 2, byte 13" },
        { "[]", "must be an object" },
        { "\"hello\"", "must be an object" },
        { "{\"model\":\"plain\",\"model\":\"plain\"}", "occurs twice" },
        { "{\"model\":\"plain\",\"temperature\":NaN}", "not valid JSON" },
        { $"{{\"messages\":{new string('[', 40)}{new string(']', 40)}}}", "nested deeper than 32 levels" },
        { $"{{\"messages\":{new string('[', 40)}", "not valid JSON" },
        { "{} trailing", "not valid JSON" },
        { "{\"\\ud800\":1}", "not valid Unicode" },
    };

    /// <summary>Bodies of requests for embeddings, the parameter that must be named, and the code.</summary>
    public static TheoryData<string, string, string> Embeddings => new()
    {
        { "{\"model\":\"tiny-embed\"}", "input", "invalid_argument" },
        { "{\"input\":\"a\"}", "model", "invalid_argument" },
        { "{\"model\":\"tiny-embed\",\"input\":\"\"}", "input", "invalid_argument" },
        { "{\"model\":\"tiny-embed\",\"input\":[]}", "input", "invalid_argument" },
        { "{\"model\":\"tiny-embed\",\"input\":[\"a\",\"\"]}", "input[1]", "invalid_argument" },
        { "{\"model\":\"tiny-embed\",\"input\":[1,2]}", "input", "unsupported_parameter" },
        { "{\"model\":\"tiny-embed\",\"input\":[[1,2]]}", "input", "unsupported_parameter" },
        { "{\"model\":\"tiny-embed\",\"input\":{}}", "input", "invalid_argument" },
        { "{\"model\":\"tiny-embed\",\"input\":\"a\",\"dimensions\":0}", "dimensions", "invalid_argument" },
        { "{\"model\":\"tiny-embed\",\"input\":\"a\",\"dimensions\":3}", "dimensions", "invalid_argument" },
        { "{\"model\":\"tiny-embed\",\"input\":\"a\",\"encoding_format\":\"hex\"}", "encoding_format", "invalid_argument" },
        { "{\"model\":\"tiny-embed\",\"input\":\"a\",\"x\":1}", "x", "unsupported_parameter" },
        { "{\"model\":\"none\",\"input\":\"a\"}", "model", "model_not_found" },
    };

    public async Task InitializeAsync() => _shared = await Platform.StartAsync();

    public async Task DisposeAsync() => await _shared.DisposeAsync();

    [Fact]
    public async Task Chat_WrongField_IsRefusedByName()
    {
        foreach (var row in BadChats.Fields)
            await AssertRefusedAsync(Chat, $$"""{"model":"plain","messages":{{User}},{{row[0]}}}""", (string)row[1], (string)row[2]);
    }

    [Fact]
    public async Task Chat_WrongMessages_AreRefusedByPath()
    {
        foreach (var row in BadChats.Messages)
            await AssertRefusedAsync(Chat, $$"""{"model":"plain","messages":{{row[0]}}}""", (string)row[1], (string)row[2]);
    }

    [Fact]
    public async Task Chat_WrongBody_IsRefusedByPlace()
    {
        foreach (var row in Bodies)
        {
            var error = await AssertRefusedAsync(Chat, (string)row[0], null, "invalid_argument");
            Assert.Contains((string)row[1], error.GetProperty("message").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Embeddings_WrongBody_IsRefusedByName()
    {
        foreach (var row in Embeddings) await AssertRefusedAsync("/v1/embeddings", (string)row[0], (string)row[1], (string)row[2]);
    }

    [Theory]
    [InlineData("{}", "name", "invalid_argument")]
    [InlineData("{\"name\":5}", "name", "invalid_argument")]
    [InlineData("{\"name\":\"a\",\"size\":1}", "size", "unsupported_parameter")]
    [InlineData("{\"name\":\"a\",\"chunking\":{\"chunk_tokens_max\":0}}", "chunking.chunk_tokens_max", "invalid_argument")]
    [InlineData("{\"name\":\"a\",\"chunking\":{\"overlap_tokens\":-1}}", "chunking.overlap_tokens", "invalid_argument")]
    [InlineData("{\"name\":\"a\",\"dimension\":3}", "dimension", "invalid_argument")]
    public Task Collections_WrongBody_IsRefusedByName(string body, string param, string code) =>
        AssertRefusedAsync("/v1/collections", body, param, code);

    [Fact]
    public async Task Collections_ModelThatNobodyHas_IsRefusedUnlessEmbeddingIsAway()
    {
        const string Body = "{\"name\":\"a\",\"embedding_model\":\"nobody\"}";
        await AssertRefusedAsync("/v1/collections", Body, "embedding_model", "model_not_found", HttpStatusCode.NotFound);
        _shared.Embedding.IsAway = true;

        using var created = await _shared.PostAsync("/v1/collections", Body);

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
    }

    [Fact]
    public async Task Chat_NoModel_IsRefusedByName()
    {
        await AssertRefusedAsync(Chat, $$"""{"messages":{{User}}}""", "model", "invalid_argument");
        await AssertRefusedAsync(Chat, $$"""{"model":"","messages":{{User}}}""", "model", "invalid_argument");
    }

    [Fact]
    public async Task Chat_UnknownModel_ListsTheAvailable()
    {
        var error = await AssertRefusedAsync(
            Chat, $$"""{"model":"gpt-9","messages":{{User}}}""", "model", "model_not_found", HttpStatusCode.NotFound);

        Assert.Equal(
            "The model 'gpt-9' does not exist. Available: docs-assistant, plain, tiny-rag-chat.",
            error.GetProperty("message").GetString());
    }

    [Fact]
    public Task Chat_UnknownCollection_IsNotFound() => AssertRefusedAsync(
        Chat,
        $$$"""{"model":"plain","messages":{{{User}}},"millrace":{"collections":["nothing"]}}""".Replace(
            "\"Hi\"", "\"What?\"", StringComparison.Ordinal),
        null,
        "collection_not_found",
        HttpStatusCode.NotFound);

    [Fact]
    public async Task Chat_InvalidUtf8_IsRefused()
    {
        byte[] body = [.. Encoding.UTF8.GetBytes("{\"model\":\""), 0xC3, 0x28, .. "\"}"u8];
        using var response = await _shared.Http.PostAsync(Chat, new ByteArrayContent(body)).DefaultTimeout();

        await AssertErrorAsync(response, HttpStatusCode.BadRequest, null, "invalid_argument");
    }

    [Fact]
    public async Task Chat_BodyAboveTheLimit_IsTooLarge()
    {
        var body = $$"""{"model":"plain","messages":[{"role":"user","content":"{{new string('a', 10 * 1024 * 1024)}}"}]}""";
        using var response = await _shared.PostAsync(Chat, body);

        await AssertErrorAsync(response, HttpStatusCode.RequestEntityTooLarge, null, "payload_too_large");
    }

    [Fact]
    public async Task Chat_DeepBody_IsRefused()
    {
        var deep = string.Concat(Enumerable.Repeat('[', 500)) + string.Concat(Enumerable.Repeat(']', 500));
        await AssertRefusedAsync(Chat, $$"""{"model":"plain","messages":{{deep}}}""", null, "invalid_argument");
    }

    [Fact]
    public async Task Chat_CompressedBody_IsUnsupported()
    {
        using var content = new ByteArrayContent([1, 2, 3]);
        content.Headers.ContentEncoding.Add("gzip");
        using var response = await _shared.Http.PostAsync(Chat, content).DefaultTimeout();

        await AssertErrorAsync(response, HttpStatusCode.UnsupportedMediaType, null, "unsupported_media_type");
    }

    [Fact]
    public async Task Route_UnknownOrWrongMethod_IsAnErrorObject()
    {
        using var unknown = await _shared.Http.GetAsync("/v1/nothing").DefaultTimeout();
        await AssertErrorAsync(unknown, HttpStatusCode.NotFound, null, "route_not_found");
        using var method = await _shared.Http.GetAsync(Chat).DefaultTimeout();
        await AssertErrorAsync(method, HttpStatusCode.MethodNotAllowed, null, "method_not_allowed");
    }

    [Fact]
    public async Task Chat_NeutralParameters_Pass()
    {
        var body = $$"""
            {"model":"plain","messages":[{"role":"developer","content":[{"type":"text","text":"Be"},{"type":"text","text":"kind."}]},
              {"role":"assistant","content":"Yes.","refusal":null,"annotations":[],"audio":null,"tool_calls":[],"function_call":null},
              {"role":"user","content":"Hi","name":"ann"}],
             "temperature":null,"n":1,"tools":[],"functions":[],"tool_choice":"none","function_call":"auto","store":false,"stream":false,
             "response_format":{"type":"text"},"modalities":["text"],"audio":null,"prediction":null,"reasoning_effort":"none",
             "parallel_tool_calls":true,"service_tier":"auto","verbosity":"medium","stop":null,"logit_bias":{"5":-100},"seed":-1,
             "user":"u","safety_identifier":"s","prompt_cache_key":"k","metadata":{"a":"b"},"web_search_options":null,"stream_options":null,
             "frequency_penalty":2,"presence_penalty":-2,"top_p":1,"max_completion_tokens":5,"logprobs":false,"millrace":{} }
            """;
        using var response = await _shared.PostAsync(Chat, body);

        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        var sent = _shared.Inference.LastRequest;
        Assert.Equal(["Be\nkind.", "Yes.", "Hi"], sent.Chat.Messages.Select(message => message.Content));
        Assert.Equal((5u, -100f, "ann"), (sent.MaxTokens, sent.Sampling.LogitBias[5], sent.Chat.Messages[2].Name));
    }

    private async Task<JsonElement> AssertRefusedAsync(
        string path, string body, string? param, string code, HttpStatusCode status = HttpStatusCode.BadRequest)
    {
        using var response = await _shared.PostAsync(path, body);
        return await AssertErrorAsync(response, code == "model_not_found" ? HttpStatusCode.NotFound : status, param, code);
    }

    private async Task<JsonElement> AssertErrorAsync(HttpResponseMessage response, HttpStatusCode status, string? param, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        var error = JsonDocument.Parse(text).RootElement.GetProperty("error");
        Assert.True(
            (status, param, code) == (response.StatusCode, error.GetProperty("param").GetString(), error.GetProperty("code").GetString()),
            $"Expected {(int)status} {param} {code}: {(int)response.StatusCode} {text}");
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.NotEmpty(response.Headers.GetValues("x-request-id").Single());
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        Assert.Empty(_shared.Gateway.Errors);
        return error;
    }
}
