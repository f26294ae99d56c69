namespace Millrace.Gateway.OpenApi;

/// <summary>What Anthropic's messages are made of.</summary>
internal static class MessagesParts
{
    private const string Mark = "\ncache_control CacheControl|null Changes nothing.";

    /// <summary>An event of a streamed message.</summary>
    public static ApiSchema Event { get; } = ApiSchema.OneOf(
        "MessageEvent",
        "type",
        ("message_start", "MessageStart"),
        ("content_block_start", "ContentBlockStart"),
        ("content_block_delta", "ContentBlockDelta"),
        ("content_block_stop", "ContentBlockStop"),
        ("message_delta", "MessageDelta"),
        ("message_stop", "MessageMark"),
        ("ping", "MessageMark"),
        ("error", "AnthropicError"));

    /// <summary>The parts of requests.</summary>
    public static IReadOnlyList<ApiSchema> Requests { get; } =
    [
        ApiSchema.OfLines("MessageParam", "role! 'user'|'assistant'\ncontent! string|[ContentBlockParam]"),
        ApiSchema.OneOf(
            "ContentBlockParam", "type", ("text", "TextBlockParam"), ("tool_use", "ToolUseParam"), ("tool_result", "ToolResultParam")),
        ApiSchema.OfLines("TextBlockParam", "type! 'text'\ntext! string\ncitations array|null None." + Mark),
        ApiSchema.OfLines("ToolUseParam", "type! 'tool_use'\nid! string\nname! string\ninput! object" + Mark),
        ApiSchema.OfLines(
            "ToolResultParam",
            "type! 'tool_result'\ntool_use_id! string\ncontent string|[TextBlockParam]|null\nis_error boolean|null" + Mark),
        ApiSchema.OfLines("CacheControl", "type 'ephemeral'\nttl '5m'|'1h'"),
        ApiSchema.OfLines(
            "MessageTool",
            """
            name! string 1 to 64 letters, digits, underscores and hyphens.
            type 'custom'|null
            description string|null What it does, for the model to read.
            input_schema! object JSON schema of the input.
            strict boolean|null Whether calls must fit the schema.
            eager_input_streaming boolean|null Changes nothing.
            cache_control CacheControl|null Changes nothing.
            """),
        ApiSchema.OneOf(
            "MessageToolChoice",
            "type",
            ("auto", "FreeToolChoice"),
            ("any", "FreeToolChoice"),
            ("tool", "NamedToolChoice"),
            ("none", "NoToolChoice")),
        ApiSchema.OfLines("FreeToolChoice", "type! 'auto'|'any'\ndisable_parallel_tool_use boolean|null" + Mark),
        ApiSchema.OfLines("NamedToolChoice", "type! 'tool'\nname! string\ndisable_parallel_tool_use boolean|null" + Mark),
        ApiSchema.OfLines("NoToolChoice", "type! 'none'" + Mark),
        ApiSchema.OfLines("OutputConfig", "format OutputFormat|null"),
        ApiSchema.OfLines("OutputFormat", "type 'json_schema'\nschema! object The JSON schema that the answer must fit."),
        ApiSchema.OfLines("MessageMetadata", "user_id string|null"),
        ApiSchema.OfLines("Thinking", "type! 'disabled'"),
    ];

    /// <summary>The parts of answers.</summary>
    public static IReadOnlyList<ApiSchema> Answers { get; } =
    [
        ApiSchema.OneOf("ContentBlock", "type", ("text", "TextBlock"), ("tool_use", "ToolUseBlock")),
        ApiSchema.OfLines("TextBlock", "type! 'text'\ntext! string\ncitations null"),
        ApiSchema.OfLines("ToolUseBlock", "type! 'tool_use'\nid! string\nname! string\ninput! object"),
        ApiSchema.OfLines(
            "MessageUsage",
            """
            input_tokens! integer Without those from the prefix cache.
            cache_creation_input_tokens! integer
            cache_read_input_tokens! integer
            output_tokens! integer
            """),
        Event,
        ApiSchema.OfLines("MessageStart", "type! 'message_start'\nmessage! Message"),
        ApiSchema.OfLines("ContentBlockStart", "type! 'content_block_start'\nindex! integer\ncontent_block! ContentBlock"),
        ApiSchema.OfLines("ContentBlockDelta", "type! 'content_block_delta'\nindex! integer\ndelta! ContentDelta"),
        ApiSchema.OneOf("ContentDelta", "type", ("text_delta", "TextDelta"), ("input_json_delta", "InputJsonDelta")),
        ApiSchema.OfLines("TextDelta", "type! 'text_delta'\ntext! string"),
        ApiSchema.OfLines("InputJsonDelta", "type! 'input_json_delta'\npartial_json! string"),
        ApiSchema.OfLines("ContentBlockStop", "type! 'content_block_stop'\nindex! integer"),
        ApiSchema.OfLines("MessageDelta", "type! 'message_delta'\ndelta! MessageEnd\nusage! MessageUsage\nmillrace! Report"),
        ApiSchema.OfLines(
            "MessageEnd",
            "stop_reason! 'end_turn'|'max_tokens'|'stop_sequence'|'tool_use'|'refusal'|null\nstop_sequence! string|null"),
        ApiSchema.OfLines("MessageMark", "type! 'message_stop'|'ping'"),
    ];
}
