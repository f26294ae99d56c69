namespace Millrace.Gateway.OpenApi;

/// <summary>Responses: answers that are kept, followed, made in the background and resumed.</summary>
internal static class ResponsesApi
{
    private const string All = "/v1/responses";
    private const string One = All + "/{id}";

    private static readonly ApiSchema Request = ApiSchema.OfLines(
        "ResponseRequest",
        """
        model! string A model or an assistant.
        input! string|array A text, or items: messages, function calls and their outputs.
        instructions string|null For this response alone.
        previous_response_id string|null The response that this one follows.
        conversation string|object|null The conversation that it goes on with.
        store boolean|null Whether it is kept; true without it.
        stream boolean|null Whether it is streamed.
        background boolean|null Whether it goes on without its client.
        tools array|null Functions that the model may call.
        tool_choice string|object|null Which of them it may call.
        parallel_tool_calls boolean|null Whether one answer may hold several calls.
        text object|null format: the form that the answer must have.
        temperature number|null 0 to 2.
        top_p number|null Above 0 to 1.
        max_output_tokens integer|null Most tokens of the answer.
        top_logprobs integer|null Alternatives per token, 0 to 20.
        include array|null ["message.output_text.logprobs"].
        truncation string|null auto or disabled.
        millrace object|null Retrieval; see docs/api.md.
        user string|null Changes nothing.
        safety_identifier string|null Changes nothing.
        prompt_cache_key string|null Changes nothing.
        metadata object|null Changes nothing.
        service_tier string|null auto or default.
        prompt_cache_retention string|null in_memory.
        reasoning object|null effort: none or minimal.
        stream_options object|null include_obfuscation: false.
        context_management any Not supported.
        max_tool_calls any Not supported.
        prompt any Not supported.
        moderation any Not supported.
        top_k integer|null The k most probable tokens; -1 or 0 is off.
        min_p number|null Tokens at least this fraction as probable as the best.
        typical_p number|null Locally typical sampling.
        repetition_penalty number|null Above 0 to 10; 1 is off.
        dry_multiplier number|null Strength of the penalty on repeated sequences.
        dry_base number|null Its growth per token.
        dry_allowed_length integer|null Length up to which a repetition is free.
        dry_penalty_last_n integer|null How many of the last tokens count; -1 for all.
        dry_sequence_breakers array|null Texts that no repetition reaches across.
        mirostat integer|null 0, 1 or 2.
        mirostat_tau number|null Target surprise.
        mirostat_eta number|null Learning rate.
        """);

    private static readonly ApiSchema Response = ApiSchema.Of(
        "Response",
        """
        {"type": "object", "required": ["id", "object", "created_at", "status", "error", "incomplete_details", "model", "output", "usage"],
         "properties": {"id": {"type": "string"}, "object": {"const": "response"}, "created_at": {"type": "integer"},
          "status": {"enum": ["queued", "in_progress", "completed", "failed", "cancelled", "incomplete"]},
          "error": {"type": ["object", "null"]}, "incomplete_details": {"type": ["object", "null"]}, "model": {"type": "string"},
          "output": {"type": "array", "items": {"type": "object", "required": ["id", "type"]}}, "usage": {"type": ["object", "null"]}}}
        """);

    private static readonly ApiSchema Items = ApiSchema.Of(
        "ResponseItems",
        """
        {"type": "object", "required": ["object", "data", "has_more"], "properties": {"object": {"const": "list"},
         "data": {"type": "array", "items": {"type": "object", "required": ["type"]}}, "has_more": {"type": "boolean"}}}
        """);

    private static readonly ApiSchema Deleted = ApiSchema.Of(
        "DeletedResponse",
        """
        {"type": "object", "required": ["id", "object", "deleted"], "properties": {"id": {"type": "string"},
         "object": {"type": "string"}, "deleted": {"const": true}}}
        """);

    private static readonly ApiSchema Tokens = ApiSchema.Of(
        "ResponseTokens",
        """
        {"type": "object", "required": ["object", "input_tokens"], "properties": {"object": {"type": "string"},
         "input_tokens": {"type": "integer"}}}
        """);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<ApiRoute> Routes { get; } =
    [
        new("POST", All, "Makes a response") { Request = Request, Response = Response, OtherMedia = "text/event-stream" },
        new("POST", All + "/input_tokens", "Counts what would go into a response") { Request = Request, Response = Tokens },
        new("GET", One, "Returns a response, or its events behind a number")
        {
            Response = Response, OtherMedia = "text/event-stream", Query = "stream:boolean starting_after:integer",
        },
        new("DELETE", One, "Deletes a response with its messages") { Response = Deleted },
        new("POST", One + "/cancel", "Stops a response that is being made") { Response = Response },
        new("GET", One + "/input_items", "Lists what went into a response") { Response = Items, Query = "limit:integer after order" },
    ];
}
