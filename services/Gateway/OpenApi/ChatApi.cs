namespace Millrace.Gateway.OpenApi;

/// <summary>Chats, embeddings, moderations and the ordering of documents.</summary>
internal static class ChatApi
{
    private const string Usage = """
        {"type": "object", "required": ["prompt_tokens", "completion_tokens", "total_tokens"], "properties": {
         "prompt_tokens": {"type": "integer"}, "completion_tokens": {"type": "integer"}, "total_tokens": {"type": "integer"}}}
        """;

    /// <summary>The body of a chat. What is said of every other parameter is in docs/api.md.</summary>
    public static ApiSchema Request { get; } = ApiSchema.OfLines(
        "ChatRequest",
        """
        model! string A model or an assistant.
        messages! array The messages, oldest first.
        temperature number|null 0 to 2.
        top_p number|null Above 0 to 1.
        frequency_penalty number|null -2 to 2.
        presence_penalty number|null -2 to 2.
        seed integer|null Makes sampling reproducible.
        logit_bias object|null Token id to -100 to 100.
        max_tokens integer|null Most tokens of the answer.
        max_completion_tokens integer|null The same.
        stop string|array|null Up to 4 texts that end the answer.
        n integer|null Number of choices, 1 to 8.
        logprobs boolean|null Whether tokens carry their probability.
        top_logprobs integer|null Alternatives per token, 0 to 20.
        stream boolean|null Whether the answer is streamed.
        stream_options object|null include_usage: whether the stream ends with the tokens.
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
        tools array|null Tools that the model may call.
        tool_choice string|object|null Which of them it may call.
        parallel_tool_calls boolean|null Whether one answer may hold several calls.
        response_format object|null The form that the answer must have.
        millrace object|null Retrieval and conversations; see docs/api.md.
        user string|null Changes nothing.
        safety_identifier string|null Changes nothing.
        prompt_cache_key string|null Changes nothing.
        metadata object|null Changes nothing.
        audio any Not supported.
        function_call string|object|null The old form of tool_choice; none or auto.
        functions array|null The old form of tools; empty.
        modalities array|null ["text"].
        moderation any Not supported.
        prediction any Not supported.
        prompt_cache_options any Not supported.
        prompt_cache_retention string|null in_memory.
        reasoning_effort string|null none.
        service_tier string|null auto or default.
        store boolean|null false.
        verbosity string|null medium.
        web_search_options any Not supported.
        """);

    /// <summary>A whole answer.</summary>
    public static ApiSchema Completion { get; } = ApiSchema.Of(
        "ChatCompletion",
        $$$$$"""
        {"type": "object", "required": ["id", "object", "created", "model", "choices", "usage", "millrace"], "properties": {
         "id": {"type": "string"}, "object": {"const": "chat.completion"}, "created": {"type": "integer"}, "model": {"type": "string"},
         "choices": {"type": "array", "items": {"type": "object", "required": ["index", "message", "logprobs", "finish_reason"],
          "properties": {"index": {"type": "integer"}, "message": {"type": "object", "required": ["role", "content"], "properties": {
            "role": {"const": "assistant"}, "content": {"type": ["string", "null"]}, "refusal": {"type": ["string", "null"]},
            "annotations": {"type": "array"}, "tool_calls": {"type": "array"}}},
           "logprobs": {"type": ["object", "null"]},
           "finish_reason": {"enum": ["stop", "length", "content_filter", "tool_calls"]}}}},
         "usage": {{{{{Usage}}}}}, "millrace": {"type": "object"}}}
        """);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<ApiRoute> Routes { get; } =
    [
        new("POST", "/v1/chat/completions", "Answers a chat")
        {
            Request = Request, Response = Completion, OtherMedia = "text/event-stream",
        },
        new("POST", "/v1/embeddings", "Embeds texts")
        {
            Request = ApiSchema.OfLines(
                "EmbeddingsRequest",
                """
                model! string An embedding model.
                input! string|array A text or up to 2,048.
                dimensions integer|null Length of the vectors.
                encoding_format string|null float or base64.
                user string|null Changes nothing.
                """),
            Response = ApiSchema.Of(
                "Embeddings",
                """
                {"type": "object", "required": ["object", "data", "model", "usage"], "properties": {"object": {"const": "list"},
                 "data": {"type": "array", "items": {"type": "object", "required": ["object", "index", "embedding"], "properties": {
                  "object": {"const": "embedding"}, "index": {"type": "integer"}, "embedding": {"type": ["array", "string"]}}}},
                 "model": {"type": "string"}, "usage": {"type": "object", "required": ["prompt_tokens", "total_tokens"]}}}
                """),
        },
        new("POST", "/v1/rerank", "Orders documents by a query")
        {
            Request = ApiSchema.OfLines(
                "RerankRequest",
                """
                model string|null A reranker; the default one without it.
                query! string What the documents are compared with.
                documents! array Texts, or objects with a text; up to 1,024.
                top_n integer|null How many results.
                return_documents boolean|null Whether results carry their documents.
                """),
            Response = ApiSchema.Of(Reranking.RankedJsonContext.Default.RankedJson),
        },
        new("POST", "/v1/moderations", "Tells what the guard policy says of texts")
        {
            Request = ApiSchema.OfLines(
                "ModerationRequest",
                """
                input! string|array A text, an array of texts, or text parts of one input.
                model string|null Changes nothing.
                """),
            Response = ApiSchema.Of(Moderation.ModerationJsonContext.Default.ModerationJson),
        },
    ];
}
