using Millrace.Gateway.Anthropic;

namespace Millrace.Gateway.OpenApi;

/// <summary>Anthropic's Messages API.</summary>
internal static class MessagesApi
{
    private const string Counted = """
        model! string A model or an assistant.
        messages! array The messages, oldest first.
        system string|array|null Instructions.
        tools array|null Tools that the model may call.
        tool_choice object|null Which of them it may call.
        output_config object|null format: the JSON schema that the answer must have.
        metadata object|null user_id; changes nothing.
        thinking object|null disabled.
        cache_control object|null Changes nothing: prefixes are cached by themselves.
        service_tier string|null auto or standard_only.
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
        stop_sequences array|null Up to 16 texts that end the answer.
        temperature number|null 0 to 1.
        top_p number|null Above 0 to 1.
        top_k integer|null The k most probable tokens.
        stream boolean|null Whether the answer is streamed.
        millrace object|null Retrieval and conversations; see docs/api.md.
        """);

    /// <summary>The body of a count.</summary>
    public static ApiSchema CountRequest { get; } = ApiSchema.OfLines("TokenCountRequest", Counted);

    /// <summary>A whole message.</summary>
    public static ApiSchema Message { get; } = ApiSchema.Of(
        "Message",
        """
        {"type": "object", "required": ["id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage"], "properties": {
         "id": {"type": "string"}, "type": {"const": "message"}, "role": {"const": "assistant"}, "model": {"type": "string"},
         "content": {"type": "array", "items": {"type": "object", "required": ["type"], "properties": {
          "type": {"enum": ["text", "tool_use"]}, "text": {"type": "string"}, "id": {"type": "string"}, "name": {"type": "string"},
          "input": {"type": "object"}}}},
         "stop_reason": {"enum": ["end_turn", "max_tokens", "stop_sequence", "tool_use", "refusal"]},
         "stop_sequence": {"type": ["string", "null"]},
         "usage": {"type": "object", "required": ["input_tokens", "output_tokens", "cache_read_input_tokens"], "properties": {
          "input_tokens": {"type": "integer"}, "output_tokens": {"type": "integer"}, "cache_read_input_tokens": {"type": "integer"}}},
         "millrace": {"type": "object"}}}
        """);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<ApiRoute> Routes { get; } =
    [
        new("POST", "/v1/messages", "Answers a chat in the shape of Anthropic's API")
        {
            Request = Request, Response = Message, OtherMedia = "text/event-stream",
        },
        new("POST", "/v1/messages/count_tokens", "Counts the tokens of a prompt")
        {
            Request = CountRequest, Response = ApiSchema.Of(TokenCountJsonContext.Default.TokenCountJson),
        },
    ];
}
