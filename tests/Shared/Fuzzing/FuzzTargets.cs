namespace Millrace.TestShared.Fuzzing;

/// <summary>A route that takes JSON, with a body that it accepts.</summary>
/// <param name="Path">The path.</param>
/// <param name="Body">The body.</param>
public sealed record FuzzTarget(string Path, string Body)
{
    /// <summary>The method.</summary>
    public string Method { get; init; } = "POST";

    /// <inheritdoc/>
    public override string ToString() => $"{Method} {Path}";
}

/// <summary>What the bodies of targets name: it must be there.</summary>
/// <param name="Model">A chat model that may have tools.</param>
/// <param name="TextModel">A model that continues texts.</param>
/// <param name="File">A file whose purpose is <c>batch</c>.</param>
/// <param name="Conversation">A conversation.</param>
/// <param name="Collection">A collection.</param>
public sealed record FuzzWorld(string Model, string TextModel, string File, string Conversation, string Collection);

/// <summary>Every route of the API that takes a body of JSON.</summary>
public static class FuzzTargets
{
    private const string Tool = """
        {"type":"function","function":{"name":"weather","description":"d","strict":false,"parameters":{"type":"object","properties":{}}}}
        """;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<FuzzTarget> All(FuzzWorld world) =>
        [.. Chats(world), .. Responses(world), .. Encoders(), .. Conversations(world), .. Stores(world), .. Searches(world)];

    private static IEnumerable<FuzzTarget> Chats(FuzzWorld world) =>
    [
        new("/v1/chat/completions", $$$$"""
            {"model":"{{{{world.Model}}}}","messages":[{"role":"system","content":"Be kind."},
              {"role":"user","content":[{"type":"text","text":"Hi"}]},
              {"role":"assistant","content":null,"tool_calls":[
                {"id":"c1","type":"function","function":{"name":"weather","arguments":"{}"}}]},
              {"role":"tool","tool_call_id":"c1","content":"Sun."}],"tools":[{{{{Tool}}}}],"tool_choice":"auto","parallel_tool_calls":true,
             "temperature":0.5,"top_p":0.9,"n":1,"seed":7,"stop":["END"],"max_completion_tokens":8,"logit_bias":{"5":-100},"stream":false,
             "frequency_penalty":0.1,"presence_penalty":0.1,"user":"u","metadata":{"a":"b"},
             "millrace":{"conversation_id":"fuzz-1"}}
            """),
        new("/v1/completions", $$$$"""
            {"model":"{{{{world.TextModel}}}}","prompt":["Once upon"],"max_tokens":4,"temperature":0.5,"top_p":0.9,
             "n":1,"best_of":1,"seed":7,"stop":["END"],"stream":false,"user":"u","frequency_penalty":0.1,"logit_bias":{"5":-100}}
            """),
        new("/v1/messages", $$$$"""
            {"model":"{{{{world.Model}}}}","max_tokens":8,"system":[{"type":"text","text":"Be kind.","cache_control":{"type":"ephemeral"}}],
             "messages":[{"role":"user","content":"Hi"},
              {"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"weather","input":{}}]},
              {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"Sun.","is_error":false}]}],
             "tools":[{"name":"weather","description":"d","input_schema":{"type":"object","properties":{}}}],"tool_choice":{"type":"auto"},
             "temperature":0.5,"top_p":0.9,"stop_sequences":["END"],"stream":false,"metadata":{"user_id":"u"}}
            """),
        new("/v1/messages/count_tokens", $$$$"""
            {"model":"{{{{world.Model}}}}","system":"Be kind.","messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}]}
            """),
    ];

    private static IEnumerable<FuzzTarget> Responses(FuzzWorld world)
    {
        var body = $$$$"""
            {"model":"{{{{world.Model}}}}","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"Hi"}]},
              {"type":"function_call","call_id":"c1","name":"weather","arguments":"{}"},
              {"type":"function_call_output","call_id":"c1","output":"Sun."}],
             "instructions":"Be kind.",
             "tools":[{"type":"function","name":"weather","parameters":{"type":"object","properties":{}},"strict":false}],
             "tool_choice":"auto","temperature":0.5,"top_p":0.9,"max_output_tokens":16,"text":{"format":{"type":"text"}},
             "truncation":"auto","metadata":{"a":"b"},"store":true,"stream":false,"background":false}
            """;
        return [new("/v1/responses", body), new("/v1/responses/input_tokens", body)];
    }

    private static IEnumerable<FuzzTarget> Encoders() =>
    [
        new("/v1/embeddings", """{"model":"tiny-embed","input":["one","two"],"encoding_format":"float","user":"u"}"""),
        new("/v1/rerank", """{"query":"a question","documents":["one",{"text":"two"}],"top_n":1,"return_documents":true}"""),
        new("/v1/moderations", """{"input":["Hello","you"],"model":"any"}"""),
        new("/v1/guardrails/explain", """{"text":"Hello","policy":"default","direction":"input","source":"tool"}"""),
    ];

    private static IEnumerable<FuzzTarget> Conversations(FuzzWorld world)
    {
        const string Items = """
            [{"type":"message","role":"user","content":[{"type":"input_text","text":"Hi"}]},
             {"type":"function_call","call_id":"c1","name":"weather","arguments":"{}"},
              {"type":"function_call_output","call_id":"c1","output":"Sun."}]
            """;
        var one = $"/v1/conversations/{world.Conversation}";
        return
        [
            new("/v1/conversations", $$$$"""{"metadata":{"a":"b"},"items":{{{{Items}}}},"millrace":{"title":"Talk"}}"""),
            new(one, """{"metadata":{"a":"b"},"millrace":{"title":"Talk"}}"""),
            new($"{one}/items", $$$$"""{"items":{{{{Items}}}}}"""),
        ];
    }

    private static IEnumerable<FuzzTarget> Stores(FuzzWorld world)
    {
        var one = $"/v1/vector_stores/{world.Collection}";
        return
        [
            new("/v1/batches", $$$$"""
                {"input_file_id":"{{{{world.File}}}}","endpoint":"/v1/chat/completions","completion_window":"24h","metadata":{"a":"b"}}
                """),
            new("/v1/vector_stores", """
                {"name":"Docs","description":"d","metadata":{"a":"b"},"chunking_strategy":{"type":"static","static":{
                  "max_chunk_size_tokens":200,"chunk_overlap_tokens":20}}}
                """),
            new(one, """{"name":"Docs","metadata":{"a":"b"}}"""),
            new($"{one}/files", $$$$"""{"file_id":"{{{{world.File}}}}","attributes":{"year":2024,"open":true,"a":"b"}}"""),
            new($"{one}/file_batches", $$$$"""{"file_ids":["{{{{world.File}}}}"],"attributes":{"year":2024}}"""),
            new($"{one}/search", """
                {"query":["words"],"max_num_results":3,"rewrite_query":false,"ranking_options":{"ranker":"auto","score_threshold":0.1},
                 "filters":{"type":"and","filters":[{"type":"eq","key":"a","value":"b"},{"type":"in","key":"c","value":[1,2]}]}}
                """),
        ];
    }

    private static IEnumerable<FuzzTarget> Searches(FuzzWorld world)
    {
        var search = $$$$"""
            "collections":["{{{{world.Collection}}}}"],"query":"words","top_k":3,"candidates":10,"mode":"hybrid","rerank":false,
            "filter":{"type":"not","filter":{"type":"gte","key":"year","value":2024}},"access_labels":["a"],
            "variants":[{"text":"other words","kind":"query","weight":0.5}],"fusion":{"method":"score","keyword_weight":1,"dense_weight":1},
            "score_min":0.1,"diversity_lambda":0.5,"time_decay":{"half_life_days":30,"strength":0.5}
            """;
        return
        [
            new("/v1/search", $$$$"""{{{{{search}}}},"explain":true,"exact":false}"""),
            new("/v1/context", $$$$"""{{{{{search}}}},"tokens_max":100,"order":"relevance","neighbour_chunks":1,"keep_overlaps":false}"""),
            new("/v1/collections", """
                {"name":"fuzzed","description":"d","chunking":{"strategy":"recursive","chunk_tokens_max":100,"overlap_tokens":5}}
                """),
            new($"/v1/collections/{world.Collection}/reindex", """
                {"chunking":{"strategy":"recursive","chunk_tokens_max":90,"overlap_tokens":5}}
                """),
        ];
    }
}
