namespace Millrace.Gateway.Tests.Api;

/// <summary>What is wrong with chats.</summary>
internal static class BadChats
{
    /// <summary>Chat fields: what is added to a valid request, the parameter that must be named, and the code.</summary>
    public static TheoryData<string, string, string> Fields => new()
    {
        { "\"temperature\":\"hot\"", "temperature", "invalid_argument" },
        { "\"temperature\":-0.1", "temperature", "invalid_argument" },
        { "\"temperature\":2.1", "temperature", "invalid_argument" },
        { "\"temperature\":1e999", "temperature", "invalid_argument" },
        { "\"top_p\":0", "top_p", "invalid_argument" },
        { "\"top_p\":1.5", "top_p", "invalid_argument" },
        { "\"top_p\":[1]", "top_p", "invalid_argument" },
        { "\"frequency_penalty\":-2.5", "frequency_penalty", "invalid_argument" },
        { "\"presence_penalty\":3", "presence_penalty", "invalid_argument" },
        { "\"max_tokens\":0", "max_tokens", "invalid_argument" },
        { "\"max_tokens\":-1", "max_tokens", "invalid_argument" },
        { "\"max_tokens\":1.5", "max_tokens", "invalid_argument" },
        { "\"max_tokens\":99999999999999999999", "max_tokens", "invalid_argument" },
        { "\"max_completion_tokens\":\"5\"", "max_completion_tokens", "invalid_argument" },
        { "\"max_tokens\":5,\"max_completion_tokens\":5", "max_tokens", "invalid_argument" },
        { "\"max_tokens\":100000", "messages", "context_length_exceeded" },
        { "\"n\":0", "n", "invalid_argument" },
        { "\"n\":9", "n", "invalid_argument" },
        { "\"n\":true", "n", "invalid_argument" },
        { "\"stop\":5", "stop", "invalid_argument" },
        { "\"stop\":\"\"", "stop", "invalid_argument" },
        { "\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]", "stop", "invalid_argument" },
        { "\"stop\":[\"a\",7]", "stop[1]", "invalid_argument" },
        { "\"seed\":\"x\"", "seed", "invalid_argument" },
        { "\"seed\":0.5", "seed", "invalid_argument" },
        { "\"logit_bias\":[]", "logit_bias", "invalid_argument" },
        { "\"logit_bias\":{\"a\":1}", "logit_bias.a", "invalid_argument" },
        { "\"logit_bias\":{\"1.5\":1}", "logit_bias.1.5", "invalid_argument" },
        { "\"logit_bias\":{\"5\":101}", "logit_bias.5", "invalid_argument" },
        { "\"logprobs\":1", "logprobs", "invalid_argument" },
        { "\"top_logprobs\":2", "top_logprobs", "invalid_argument" },
        { "\"logprobs\":true,\"top_logprobs\":21", "top_logprobs", "invalid_argument" },
        { "\"stream\":\"yes\"", "stream", "invalid_argument" },
        { "\"stream_options\":{\"include_usage\":true}", "stream_options", "invalid_argument" },
        { "\"stream\":true,\"stream_options\":{\"include_usage\":1}", "stream_options.include_usage", "invalid_argument" },
        {
            "\"stream\":true,\"stream_options\":{\"include_obfuscation\":true}",
            "stream_options.include_obfuscation",
            "unsupported_parameter"
        },
        { "\"stream\":true,\"stream_options\":{\"x\":1}", "stream_options.x", "unsupported_parameter" },
        { "\"tools\":[{\"type\":\"function\"}]", "tools[0].function", "invalid_argument" },
        { "\"tools\":[{\"function\":{\"name\":\"f\"}}]", "tools[0].type", "invalid_argument" },
        { "\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"f\"}}]", "tools[0].type", "unsupported_parameter" },
        { "\"tools\":[{\"type\":\"web_search\"}]", "tools[0].type", "unsupported_parameter" },
        { "\"tools\":[5]", "tools[0]", "invalid_argument" },
        { Tool("\"name\":\"a b\""), "tools[0].function.name", "invalid_argument" },
        { Tool("\"name\":\"\""), "tools[0].function.name", "invalid_argument" },
        { Tool($"\"name\":\"{new string('n', 65)}\""), "tools[0].function.name", "invalid_argument" },
        { Tool("\"description\":\"d\""), "tools[0].function.name", "invalid_argument" },
        { Tool("\"name\":\"f\",\"parameters\":[]"), "tools[0].function.parameters", "invalid_argument" },
        { Tool("\"name\":\"f\",\"parameters\":{\"a\":\"\\ud800\"}"), "tools[0].function.parameters.a", "invalid_argument" },
        { Tool("\"name\":\"f\",\"strict\":1"), "tools[0].function.strict", "invalid_argument" },
        { Tool("\"name\":\"f\",\"description\":1"), "tools[0].function.description", "invalid_argument" },
        { Tool("\"name\":\"f\",\"returns\":1"), "tools[0].function.returns", "unsupported_parameter" },
        { Tools("f", "g", "f"), "tools[2].function.name", "invalid_argument" },
        { Tools([.. Enumerable.Range(0, 129).Select(index => $"f{index}")]), "tools", "invalid_argument" },
        { "\"tools\":{}", "tools", "invalid_argument" },
        { "\"tool_choice\":\"required\"", "tool_choice", "invalid_argument" },
        { "\"tool_choice\":\"any\"", "tool_choice", "invalid_argument" },
        { "\"tool_choice\":5", "tool_choice", "invalid_argument" },
        { "\"tool_choice\":{\"type\":\"function\"}", "tool_choice.function", "invalid_argument" },
        { "\"tool_choice\":{\"type\":\"custom\",\"custom\":{}}", "tool_choice.type", "unsupported_parameter" },
        { "\"tool_choice\":{\"type\":\"function\",\"function\":{}}", "tool_choice.function.name", "invalid_argument" },
        {
            Tools("f") + ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"g\"}}",
            "tool_choice.function.name",
            "invalid_argument"
        },
        { Tools("f") + Allowed("\"mode\":\"none\""), "tool_choice.allowed_tools.mode", "invalid_argument" },
        { Tools("f") + Allowed("\"mode\":\"auto\""), "tool_choice.allowed_tools.tools", "invalid_argument" },
        { Tools("f") + Allowed("\"tools\":[]"), "tool_choice.allowed_tools.tools", "invalid_argument" },
        {
            Tools("f") + Allowed("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"g\"}}]"),
            "tool_choice.allowed_tools.tools[0].function.name",
            "invalid_argument"
        },
        { "\"functions\":[{}]", "functions", "unsupported_parameter" },
        { "\"function_call\":{\"name\":\"f\"}", "function_call", "unsupported_parameter" },
        { "\"response_format\":{}", "response_format.type", "invalid_argument" },
        { "\"response_format\":{\"type\":\"yaml\"}", "response_format.type", "invalid_argument" },
        { "\"response_format\":{\"type\":\"grammar\",\"grammar\":\"\"}", "response_format.type", "unsupported_parameter" },
        { "\"response_format\":{\"type\":\"json_schema\"}", "response_format.json_schema", "invalid_argument" },
        { "\"response_format\":{\"type\":\"json_object\",\"json_schema\":{}}", "response_format.json_schema", "invalid_argument" },
        { "\"response_format\":{\"type\":\"json_object\",\"x\":1}", "response_format.x", "unsupported_parameter" },
        { Schema("\"schema\":{}"), "response_format.json_schema.name", "invalid_argument" },
        { Schema("\"name\":\"a b\",\"schema\":{}"), "response_format.json_schema.name", "invalid_argument" },
        { Schema("\"name\":\"a\""), "response_format.json_schema.schema", "invalid_argument" },
        { Schema("\"name\":\"a\",\"schema\":true"), "response_format.json_schema.schema", "invalid_argument" },
        { Schema("\"name\":\"a\",\"schema\":{},\"strict\":1"), "response_format.json_schema.strict", "invalid_argument" },
        { "\"response_format\":\"text\"", "response_format", "invalid_argument" },
        { "\"modalities\":[\"text\",\"audio\"]", "modalities[1]", "unsupported_parameter" },
        { "\"audio\":{\"voice\":\"a\"}", "audio", "unsupported_parameter" },
        { "\"prediction\":{\"type\":\"content\"}", "prediction", "unsupported_parameter" },
        { "\"reasoning_effort\":\"high\"", "reasoning_effort", "unsupported_parameter" },
        { "\"service_tier\":\"flex\"", "service_tier", "unsupported_parameter" },
        { "\"store\":true", "store", "unsupported_parameter" },
        { "\"store\":\"no\"", "store", "invalid_argument" },
        { "\"verbosity\":\"low\"", "verbosity", "unsupported_parameter" },
        { "\"web_search_options\":{}", "web_search_options", "unsupported_parameter" },
        { "\"prompt_cache_retention\":\"24h\"", "prompt_cache_retention", "unsupported_parameter" },
        { "\"top_k\":\"40\"", "top_k", "invalid_argument" },
        { "\"top_k\":-2", "top_k", "invalid_argument" },
        { "\"top_k\":1.5", "top_k", "invalid_argument" },
        { "\"min_p\":\"low\"", "min_p", "invalid_argument" },
        { "\"typical_p\":true", "typical_p", "invalid_argument" },
        { "\"repetition_penalty\":1e300", "repetition_penalty", "invalid_argument" },
        { "\"dry_multiplier\":[]", "dry_multiplier", "invalid_argument" },
        { "\"dry_base\":{}", "dry_base", "invalid_argument" },
        { "\"dry_allowed_length\":-1", "dry_allowed_length", "invalid_argument" },
        { "\"dry_penalty_last_n\":0", "dry_penalty_last_n", "invalid_argument" },
        { "\"dry_sequence_breakers\":[]", "dry_sequence_breakers", "invalid_argument" },
        { "\"dry_sequence_breakers\":\"x\"", "dry_sequence_breakers", "invalid_argument" },
        { "\"dry_sequence_breakers\":[\"a\",5]", "dry_sequence_breakers[1]", "invalid_argument" },
        { "\"mirostat\":\"on\"", "mirostat", "invalid_argument" },
        { "\"mirostat_tau\":false", "mirostat_tau", "invalid_argument" },
        { "\"mirostat_eta\":\"1\"", "mirostat_eta", "invalid_argument" },
        { "\"ignore_eos\":true", "ignore_eos", "unsupported_parameter" },
        { "\"Temperature\":1", "Temperature", "unsupported_parameter" },
        { "\"user\":5", "user", "invalid_argument" },
        { "\"metadata\":{\"a\":1}", "metadata.a", "invalid_argument" },
        { "\"parallel_tool_calls\":\"x\"", "parallel_tool_calls", "invalid_argument" },
        { "\"millrace\":[]", "millrace", "invalid_argument" },
        { "\"millrace\":{\"colour\":1}", "millrace.colour", "unsupported_parameter" },
        { "\"millrace\":{\"collections\":[]}", "millrace.collections", "invalid_argument" },
        { "\"millrace\":{\"collections\":\"a\"}", "millrace.collections", "invalid_argument" },
        { "\"millrace\":{\"collections\":[1]}", "millrace.collections[0]", "invalid_argument" },
        { "\"millrace\":{\"top_k\":5}", "millrace.collections", "invalid_argument" },
        { "\"millrace\":{\"collections\":[\"samples\"],\"top_k\":0}", "millrace.top_k", "invalid_argument" },
        { "\"millrace\":{\"collections\":[\"samples\"],\"rerank\":1}", "millrace.rerank", "invalid_argument" },
        { "\"millrace\":{\"filter\":{\"type\":\"eq\"}}", "millrace.filter.key", "invalid_argument" },
        { "\"millrace\":{\"multi_query\":5}", "millrace.multi_query", "invalid_argument" },
        { "\"millrace\":{\"order\":\"best\"}", "millrace.order", "invalid_argument" },
        { "\"millrace\":{\"time_decay\":{}}", "millrace.time_decay.half_life_days", "invalid_argument" },
        { "\"millrace\":{\"access_labels\":\"a\"}", "millrace.access_labels", "invalid_argument" },
        { "\"millrace\":{\"conversation_id\":\"a b\"}", "millrace.conversation_id", "invalid_argument" },
        { "\"user\":\"\\ud800\"", "user", "invalid_argument" },
    };

    /// <summary>Messages, the parameter that must be named, and the code.</summary>
    public static TheoryData<string, string, string> Messages => new()
    {
        { "[]", "messages", "invalid_argument" },
        { "{}", "messages", "invalid_argument" },
        { "\"Hi\"", "messages", "invalid_argument" },
        { "null", "messages", "invalid_argument" },
        { "[5]", "messages[0]", "invalid_argument" },
        { "[{}]", "messages[0].role", "invalid_argument" },
        { "[{\"role\":\"user\"}]", "messages[0].content", "invalid_argument" },
        { "[{\"content\":\"Hi\"}]", "messages[0].role", "invalid_argument" },
        { "[{\"role\":\"boss\",\"content\":\"Hi\"}]", "messages[0].role", "invalid_argument" },
        { "[{\"role\":5,\"content\":\"Hi\"}]", "messages[0].role", "invalid_argument" },
        { "[{\"role\":\"function\",\"content\":\"Hi\",\"name\":\"f\"}]", "messages[0].role", "unsupported_parameter" },
        { "[{\"role\":\"tool\",\"content\":\"Hi\"}]", "messages[0].tool_call_id", "invalid_argument" },
        { "[{\"role\":\"tool\",\"content\":\"Hi\",\"tool_call_id\":\"\"}]", "messages[0].tool_call_id", "invalid_argument" },
        { "[{\"role\":\"tool\",\"content\":\"Hi\",\"tool_call_id\":\"a\"}]", "messages[0].tool_call_id", "invalid_argument" },
        { "[{\"role\":\"user\",\"content\":\"Hi\",\"tool_call_id\":\"a\"}]", "messages[0].tool_call_id", "unsupported_parameter" },
        { $"[{Caller("a")},{Result("b")}]", "messages[1].tool_call_id", "invalid_argument" },
        { $"[{Caller("a")},{Result("a")},{Result("a")}]", "messages[2].tool_call_id", "invalid_argument" },
        { $"[{Caller("a", "b")},{Result("a")},{{\"role\":\"user\",\"content\":\"Hi\"}}]", "messages[0].tool_calls", "invalid_argument" },
        { $"[{Caller("a")}]", "messages[0].tool_calls", "invalid_argument" },
        { $"[{Caller("a", "a")},{Result("a")}]", "messages[0].tool_calls[1].id", "invalid_argument" },
        { "[{\"role\":\"user\",\"content\":\"Hi\",\"tool_calls\":[{}]}]", "messages[0].tool_calls", "unsupported_parameter" },
        { "[{\"role\":\"assistant\",\"function_call\":{}}]", "messages[0].function_call", "unsupported_parameter" },
        {
            "[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"a\",\"function\":{\"name\":\"f\"}}]}]",
            "messages[0].tool_calls[0].function.arguments",
            "invalid_argument"
        },
        {
            "[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"a\",\"type\":\"custom\"}]}]",
            "messages[0].tool_calls[0].type",
            "unsupported_parameter"
        },
        { "[{\"role\":\"user\",\"content\":5}]", "messages[0].content", "invalid_argument" },
        { "[{\"role\":\"user\",\"content\":null}]", "messages[0].content", "invalid_argument" },
        { "[{\"role\":\"user\",\"content\":[]}]", "messages[0].content", "invalid_argument" },
        { "[{\"role\":\"user\",\"content\":[\"Hi\"]}]", "messages[0].content[0]", "invalid_argument" },
        { "[{\"role\":\"user\",\"content\":[{\"text\":\"Hi\"}]}]", "messages[0].content[0].type", "invalid_argument" },
        { "[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]", "messages[0].content[0].text", "invalid_argument" },
        {
            "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{}}]}]",
            "messages[0].content[0].type",
            "unsupported_parameter"
        },
        { "[{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\"}]}]", "messages[0].content[0].type", "unsupported_parameter" },
        { "[{\"role\":\"user\",\"content\":\"\\udc00\"}]", "messages[0].content", "invalid_argument" },
        { "[{\"role\":\"user\",\"content\":\"Hi\",\"name\":7}]", "messages[0].name", "invalid_argument" },
        { "[{\"role\":\"user\",\"content\":\"Hi\",\"mood\":1}]", "messages[0].mood", "unsupported_parameter" },
        { "[{\"role\":\"assistant\",\"content\":\"Hi\",\"tool_calls\":[{}]}]", "messages[0].tool_calls[0].function", "invalid_argument" },
    };

    private static string Tool(string function) => "\"tools\":[{\"type\":\"function\",\"function\":{" + function + "}}]";

    private static string Tools(params string[] names) =>
        $"\"tools\":[{string.Join(',', names.Select(name => $$$"""{"type":"function","function":{"name":"{{{name}}}"}}"""))}]";

    private static string Allowed(string fields) => ",\"tool_choice\":{\"type\":\"allowed_tools\",\"allowed_tools\":{" + fields + "}}";

    private static string Schema(string fields) => "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{" + fields + "}}";

    private static string Caller(params string[] ids)
    {
        var calls = ids.Select(id => $$$"""{"id":"{{{id}}}","type":"function","function":{"name":"f","arguments":"{}"}}""");
        return $$"""{"role":"assistant","content":null,"tool_calls":[{{string.Join(',', calls)}}]}""";
    }

    private static string Result(string id) => $$"""{"role":"tool","tool_call_id":"{{id}}","content":"4"}""";
}
