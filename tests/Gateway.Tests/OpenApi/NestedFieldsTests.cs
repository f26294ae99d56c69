using System.Text.Json;
using System.Text.Json.Nodes;
using Millrace.Gateway.Anthropic;
using Millrace.Gateway.Api;
using Millrace.Gateway.Api.Completions;
using Millrace.Gateway.Api.Documents;
using Millrace.Gateway.Api.Responses;
using Millrace.Gateway.Api.Search;
using Millrace.Gateway.Moderation;
using Millrace.Gateway.OpenApi;
using Millrace.Gateway.Reranking;
using Millrace.Gateway.VectorStores;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Tests.OpenApi;

/// <summary>
/// What the API document tells of objects within bodies is what the readers of bodies know: an object with all fields that are told is
/// read, and each field that is not told is refused.
/// </summary>
public sealed class NestedFieldsTests
{
    private static readonly JsonObject Document = ApiDocument.Make();

    private static readonly Dictionary<string, Action<JsonElement>> Readers = new()
    {
        ["chat"] = body => ChatRequestReader.Read(body),
        ["completion"] = body => CompletionRequestReader.Read(body),
        ["response"] = body => ResponseRequestReader.Read(body),
        ["message"] = body => MessagesRequestReader.Read(body),
        ["search"] = body => SearchRequestReader.ReadSearch(body),
        ["rerank"] = body => RerankRequestReader.Read(body),
        ["moderation"] = body => ModerationRequestReader.Read(body),
        ["store"] = body => VectorStoreRequests.ReadNew(body),
        ["store search"] = body => VectorStoreRequests.ReadSearch(body, "s"),
        ["chunking"] = body => ChunkingFields.Read(JsonField.Root(body)),
    };

    /// <summary>Parts of requests, the readers that know them, bodies with <c>$</c> where they stand, and parts with all fields.</summary>
    public static TheoryData<string, string, string, string> Parts => new()
    {
        { "SystemMessage", "chat", Chat("$"), Message("developer", "\"Hi\"", "\"tool_calls\":[]") },
        { "UserMessage", "chat", Chat("$"), Message("user", "[{\"type\":\"text\",\"text\":\"Hi\"}]", "\"tool_calls\":[]") },
        { "AssistantMessage", "chat", Chat("$," + Result), Message("assistant", "null", $"\"tool_calls\":[{Call}]") },
        { "ToolMessage", "chat", Chat(Caller + ",$"), Message("tool", "\"Hi\"", "\"tool_call_id\":\"c\",\"tool_calls\":[]") },
        { "TextPart", "chat", Chat("""{"role":"user","content":[$]}"""), """{"type":"text","text":"Hi"}""" },
        { "ToolCall", "chat", Chat("""{"role":"assistant","tool_calls":[$]},""" + Result), Call },
        {
            "CalledFunction",
            "chat",
            Chat("""{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":$}]},""" + Result),
            """{"name":"f","arguments":"{}"}"""
        },
        { "ChatTool", "chat", Chat(User, "\"tools\":[$]"), """{"type":"function","function":{"name":"f"}}""" },
        {
            "ChatFunction",
            "chat",
            Chat(User, "\"tools\":[{\"type\":\"function\",\"function\":$}]"),
            """{"name":"f","description":"d","parameters":{},"strict":true}"""
        },
        { "NamedTool", "chat", Chat(User, Tools + "\"tool_choice\":$"), """{"type":"function","function":{"name":"f"}}""" },
        { "FunctionName", "chat", Chat(User, Tools + "\"tool_choice\":{\"type\":\"function\",\"function\":$}"), """{"name":"f"}""" },
        {
            "AllowedToolChoice",
            "chat",
            Chat(User, Tools + "\"tool_choice\":$"),
            """{"type":"allowed_tools","allowed_tools":{"tools":[{"type":"function","function":{"name":"f"}}]}}"""
        },
        {
            "AllowedTools",
            "chat",
            Chat(User, Tools + "\"tool_choice\":{\"type\":\"allowed_tools\",\"allowed_tools\":$}"),
            """{"mode":"auto","tools":[{"type":"function","function":{"name":"f"}}]}"""
        },
        { "TextFormat", "chat", Chat(User, "\"response_format\":$"), """{"type":"text"}""" },
        { "JsonObjectFormat", "chat", Chat(User, "\"response_format\":$"), """{"type":"json_object"}""" },
        {
            "JsonSchemaFormat",
            "chat",
            Chat(User, "\"response_format\":$"),
            """{"type":"json_schema","json_schema":{"name":"n","schema":{}}}"""
        },
        {
            "NamedJsonSchema",
            "chat",
            Chat(User, "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":$}"),
            """{"name":"n","description":"d","schema":{},"strict":true}"""
        },
        {
            "StreamOptions",
            "chat",
            Chat(User, "\"stream\":true,\"stream_options\":$"),
            """{"include_usage":true,"include_obfuscation":false}"""
        },
        { "StreamOptions", "completion", """{"model":"m","prompt":"p","stream":true,"stream_options":$}""", """
            {"include_usage":true,"include_obfuscation":false}
            """ },
        { "ChatExtension", "chat", Chat(User, "\"millrace\":$"), Extension("\"conversation_id\":\"c\",\"parent_message_id\":\"p\",") },
        { "Thinking", "message", Messages(User, "\"thinking\":$"), """{"type":"disabled"}""" },
        { "MessageMetadata", "message", Messages(User, "\"metadata\":$"), """{"user_id":"u"}""" },
        { "MessageParam", "message", Messages("$"), """{"role":"user","content":"Hi"}""" },
        {
            "TextBlockParam",
            "message",
            Messages("""{"role":"user","content":[$]}"""),
            Marked("""{"type":"text","text":"Hi","citations":[]}""")
        },
        {
            "ToolUseParam",
            "message",
            Messages("""{"role":"assistant","content":[$]},""" + BlockResult),
            Marked("""{"type":"tool_use","id":"c","name":"f","input":{}}""")
        },
        {
            "ToolResultParam",
            "message",
            Messages(BlockCaller + """,{"role":"user","content":[$]}"""),
            Marked("""{"type":"tool_result","tool_use_id":"c","content":"x","is_error":false}""")
        },
        { "CacheControl", "message", Messages(User, "\"cache_control\":$"), """{"type":"ephemeral","ttl":"5m"}""" },
        { "MessageTool", "message", Messages(User, "\"tools\":[$]"), Marked("""
            {"name":"f","type":"custom","description":"d","input_schema":{},"strict":true,"eager_input_streaming":true}
            """) },
        {
            "FreeToolChoice",
            "message",
            Messages(User, BlockTools + "\"tool_choice\":$"),
            Marked("""{"type":"any","disable_parallel_tool_use":true}""")
        },
        {
            "NamedToolChoice",
            "message",
            Messages(User, BlockTools + "\"tool_choice\":$"),
            Marked("""{"type":"tool","name":"f","disable_parallel_tool_use":true}""")
        },
        { "NoToolChoice", "message", Messages(User, BlockTools + "\"tool_choice\":$"), Marked("""{"type":"none"}""") },
        { "OutputConfig", "message", Messages(User, "\"output_config\":$"), """{"format":{"type":"json_schema","schema":{}}}""" },
        { "OutputFormat", "message", Messages(User, "\"output_config\":{\"format\":$}"), """{"type":"json_schema","schema":{}}""" },
        { "InputMessage", "response", Respond("[$]"), """{"type":"message","role":"user","content":"Hi","id":"i","status":"completed"}""" },
        {
            "InputPart",
            "response",
            Respond("[{\"role\":\"assistant\",\"content\":[$]}]"),
            """{"type":"output_text","text":"Hi","annotations":[],"logprobs":[]}"""
        },
        { "FunctionCallItem", "response", Respond("[$,{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":\"x\"}]"), """
            {"type":"function_call","call_id":"c","name":"f","arguments":"{}","id":"i","status":"completed"}
            """ },
        {
            "FunctionCallOutput",
            "response",
            Respond("[{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\",\"arguments\":\"{}\"},$]"),
            """{"type":"function_call_output","call_id":"c","output":"x","id":"i","status":"completed"}"""
        },
        {
            "ResponseTool",
            "response",
            Respond("\"x\"", "\"tools\":[$]"),
            """{"type":"function","name":"f","description":"d","parameters":{},"strict":false}"""
        },
        {
            "ResponseNamedTool",
            "response",
            Respond("\"x\"", "\"tools\":[{\"type\":\"function\",\"name\":\"f\"}],\"tool_choice\":$"),
            """{"type":"function","name":"f"}"""
        },
        {
            "ResponseAllowedTools",
            "response",
            Respond("\"x\"", "\"tools\":[{\"type\":\"function\",\"name\":\"f\"}],\"tool_choice\":$"),
            """{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"f"}]}"""
        },
        { "ResponseText", "response", Respond("\"x\"", "\"text\":$"), """{"format":{"type":"text"},"verbosity":"medium"}""" },
        {
            "ResponseJsonSchema",
            "response",
            Respond("\"x\"", "\"text\":{\"format\":$}"),
            """{"type":"json_schema","name":"n","description":"d","schema":{},"strict":true}"""
        },
        { "ResponseReasoning", "response", Respond("\"x\"", "\"reasoning\":$"), """{"effort":"minimal"}""" },
        { "ResponseStreamOptions", "response", Respond("\"x\"", "\"stream_options\":$"), """{"include_obfuscation":false}""" },
        { "ConversationReference", "response", Respond("\"x\"", "\"conversation\":$"), """{"id":"c"}""" },
        { "ResponseExtension", "response", Respond("\"x\"", "\"millrace\":$"), Extension(string.Empty) },
        { "FilterComparison", "search", Search("\"filter\":$"), """{"type":"eq","key":"k","value":1}""" },
        { "FilterExists", "search", Search("\"filter\":$"), """{"type":"exists","key":"k"}""" },
        { "FilterGroup", "search", Search("\"filter\":$"), """{"type":"and","filters":[{"type":"exists","key":"k"}]}""" },
        { "FilterNot", "search", Search("\"filter\":$"), """{"type":"not","filter":{"type":"exists","key":"k"}}""" },
        { "TimeDecay", "search", Search("\"time_decay\":$"), """{"half_life_days":1,"strength":1,"key":"k"}""" },
        { "QueryVariant", "search", Search("\"variants\":[$]"), """{"text":"t","kind":"query","weight":1}""" },
        { "Fusion", "search", Search("\"fusion\":$"), """{"method":"rank","constant":1,"keyword_weight":1,"dense_weight":1}""" },
        { "RankedText", "rerank", """{"query":"q","documents":[$]}""", """{"text":"t"}""" },
        { "TextPart", "moderation", """{"input":[$]}""", """{"type":"text","text":"t"}""" },
        { "AutoChunking", "store", """{"chunking_strategy":$}""", """{"type":"auto"}""" },
        { "StaticChunkingStrategy", "store", """{"chunking_strategy":$}""", $$"""{"type":"static","static":{{Static}}}""" },
        { "StaticChunkingSettings", "store", """{"chunking_strategy":{"type":"static","static":$}}""", Static },
        { "RankingOptions", "store search", """{"query":"q","ranking_options":$}""", """{"ranker":"auto","score_threshold":0}""" },
        { "Chunking", "chunking", "$", """
            {"strategy":"default","chunk_tokens_max":9,"chunk_tokens_min":1,"overlap_tokens":1,"window_sentences":1,
             "breakpoint_percentile":90,"contextual_header":true}
            """ },
    };

    private static string User => """{"role":"user","content":"Hi"}""";

    private static string Call => """{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}""";

    private static string Caller => $$"""{"role":"assistant","content":null,"tool_calls":[{{Call}}]}""";

    private static string Result => """{"role":"tool","tool_call_id":"c","content":"x"}""";

    private static string Tools => "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],";

    private static string BlockTools => "\"tools\":[{\"name\":\"f\",\"input_schema\":{}}],";

    private static string BlockCaller => """{"role":"assistant","content":[{"type":"tool_use","id":"c","name":"f","input":{}}]}""";

    private static string BlockResult => """{"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":"x"}]}""";

    private static string Static => """{"max_chunk_size_tokens":100,"chunk_overlap_tokens":10}""";

    /// <summary>Fields that the same object has in another form of it, and that are refused as misplaced.</summary>
    private static readonly HashSet<(string Part, string Name)> OfOtherForms =
    [
        ("TextFormat", "json_schema"), ("JsonObjectFormat", "json_schema"), ("AutoChunking", "static"),
        ("NoToolChoice", "disable_parallel_tool_use"),
    ];

    /// <summary>Names of fields of any object that is told of, and some that only other platforms know.</summary>
    private static IEnumerable<string> Names { get; } =
    [
        .. Within(Document["components"]!).Concat(["phase", "container", "prefix", "image_url", "source", "custom", "grammar"]).Distinct(),
    ];

    [Theory]
    [MemberData(nameof(Parts))]
    public void Part_WithAllItsFields_IsToldAndRead(string part, string reader, string body, string value)
    {
        var told = Document["components"]!["schemas"]![part]!["properties"]!.AsObject().Select(property => property.Key);

        Assert.Equal(told.Order(), JsonNode.Parse(value)!.AsObject().Select(field => field.Key).Order());
        Assert.Null(new DocumentSchemas(Document).Named(part).FindViolation(value));
        Readers[reader](Body(body, JsonNode.Parse(value)!));
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public void Part_WithAnyOtherField_IsRefused(string part, string reader, string body, string value)
    {
        Assert.NotNull(Document["components"]!["schemas"]![part]);
        var told = JsonNode.Parse(value)!.AsObject();
        Assert.All(Names.Where(name => !told.ContainsKey(name)), name =>
        {
            var with = told.DeepClone();
            with[name] = "x";
            var refusal = Assert.Throws<MillraceException>(() => Readers[reader](Body(body, with)));
            var isOfAnotherForm = OfOtherForms.Contains((part, name));
            Assert.Equal(isOfAnotherForm ? Reason.InvalidArgument : Reason.UnsupportedParameter, refusal.Reason);
        });
    }

    [Fact]
    public void Parts_OfRequests_AreAllHere()
    {
        var here = Parts.Select(row => (string)row[0]).ToHashSet();
        var parts = ChatParts.Requests.Concat(SearchParts.All).Concat(ResponsesParts.Requests).Concat(MessagesParts.Requests)
            .Where(part => part.Make()["properties"] is not null).Select(part => part.Name);

        Assert.Empty(parts.Except(here));
    }

    private static JsonElement Body(string body, JsonNode value) =>
        JsonDocument.Parse(body.Replace("$", value.ToJsonString(), StringComparison.Ordinal)).RootElement;

    private static string Chat(string messages, string more = "\"n\":1") => $$"""{"model":"m","messages":[{{messages}}],{{more}}}""";

    private static string Messages(string messages, string more = "\"top_k\":1") => Chat(messages, "\"max_tokens\":9," + more);

    private static string Respond(string input, string more = "\"store\":true") => $$"""{"model":"m","input":{{input}},{{more}}}""";

    private static string Search(string more) => $$"""{"collections":["c"],"query":"q",{{more}}}""";

    private static string Message(string role, string content, string more) => $$"""
        {"role":"{{role}}","content":{{content}},"name":"n","annotations":[],"refusal":null,"audio":null,"function_call":null,{{more}}}
        """;

    private static string Marked(string block) => block.TrimEnd()[..^1] + ""","cache_control":{"type":"ephemeral"}}""";

    private static string Extension(string first) => $$"""
        { {{first}} "prompt_preset":"p","sampling_preset":"s","collections":["c"],"top_k":1,"rerank":true,
         "filter":{"type":"exists","key":"k"},"access_labels":["l"],"rewrite":false,"multi_query":0,"hypothetical_passage":false,
         "order":"edges","neighbour_chunks":0,"time_decay":{"half_life_days":1},"diversity_lambda":0,"score_min":0,"collections_max":1}
        """;

    private static IEnumerable<string> Within(JsonNode? node) => node switch
    {
        JsonObject fields => fields.SelectMany(field => field is { Key: "properties", Value: JsonObject told }
            ? told.Select(property => property.Key).Concat(Within(told))
            : Within(field.Value)),
        JsonArray items => items.SelectMany(Within),
        _ => [],
    };
}
