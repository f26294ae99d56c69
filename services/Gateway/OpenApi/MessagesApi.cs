using Millrace.Gateway.Anthropic;

namespace Millrace.Gateway.OpenApi;

/// <summary>Anthropic's Messages API.</summary>
internal static class MessagesApi
{
    private const string Counted = """
        model! string A model or an assistant.
        messages! [MessageParam] The messages, oldest first.
        system string|[TextBlockParam]|null Instructions.
        tools [MessageTool]|null Tools that the model may call.
        tool_choice MessageToolChoice|null Which of them it may call.
        output_config OutputConfig|null
        metadata MessageMetadata|null Changes nothing.
        thinking Thinking|null
        cache_control CacheControl|null Changes nothing: prefixes are cached by themselves.
        service_tier 'auto'|'standard_only'|null
        container any Not supported.
        context_management any Not supported.
        thread any Not supported.
        inference_geo any Not supported.
        mcp_servers array|null Empty.

        """;

    /// <summary>The body of a message.</summary>
    public static ApiSchema Request { get; } = ApiSchema.OfLines(
        "MessageRequest",
        Counted + """
        max_tokens! integer Most tokens of the answer.
        stop_sequences [string]|null Up to 16 texts that end the answer.
        temperature number|null 0 to 1.
        top_p number|null Above 0 to 1.
        top_k integer|null The k most probable tokens.
        stream boolean|null Whether the answer is streamed.
        millrace ChatExtension|null Retrieval and conversations; see docs/api.md.
        """);

    /// <summary>The body of a count.</summary>
    public static ApiSchema CountRequest { get; } = ApiSchema.OfLines("TokenCountRequest", Counted);

    /// <summary>A whole message.</summary>
    public static ApiSchema Message { get; } = ApiSchema.OfLines(
        "Message",
        """
        id! string
        type! 'message'
        role! 'assistant'
        model! string
        content! [ContentBlock]
        stop_reason! 'end_turn'|'max_tokens'|'stop_sequence'|'tool_use'|'refusal'|null Null at the beginning of a stream.
        stop_sequence! string|null The one that was met.
        usage! MessageUsage
        millrace Report How the answer came about.
        """);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<ApiRoute> Routes { get; } =
    [
        new("POST", "/v1/messages", "Answers a chat in the shape of Anthropic's API")
        {
            Request = Request, Response = Message, Event = MessagesParts.Event, Error = ErrorParts.AnthropicError,
        },
        new("POST", "/v1/messages/count_tokens", "Counts the tokens of a prompt")
        {
            Request = CountRequest, Response = ApiSchema.Of(TokenCountJsonContext.Default.TokenCountJson),
            Error = ErrorParts.AnthropicError,
        },
    ];
}
