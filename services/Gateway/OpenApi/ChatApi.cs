namespace Millrace.Gateway.OpenApi;

/// <summary>Chats, embeddings, moderations and the ordering of documents.</summary>
internal static class ChatApi
{
    /// <summary>The body of a chat. What is said of every other parameter is in docs/api.md.</summary>
    public static ApiSchema Request { get; } = ApiSchema.OfLines(
        "ChatRequest",
        """
        model! string A model or an assistant.
        messages! [ChatMessage] The messages, oldest first.
        temperature number|null 0 to 2.
        top_p number|null Above 0 to 1.
        frequency_penalty number|null -2 to 2.
        presence_penalty number|null -2 to 2.
        seed integer|null Makes sampling reproducible.
        logit_bias {number}|null Token id to -100 to 100.
        max_tokens integer|null Most tokens of the answer.
        max_completion_tokens integer|null The same.
        stop string|[string]|null Up to 4 texts that end the answer.
        n integer|null Number of choices, 1 to 8.
        logprobs boolean|null Whether tokens carry their probability.
        top_logprobs integer|null Alternatives per token, 0 to 20.
        stream boolean|null Whether the answer is streamed.
        stream_options StreamOptions|null
        top_k integer|null The k most probable tokens; -1 or 0 is off.
        min_p number|null Tokens at least this fraction as probable as the best.
        typical_p number|null Locally typical sampling.
        repetition_penalty number|null Above 0 to 10; 1 is off.
        dry_multiplier number|null Strength of the penalty on repeated sequences.
        dry_base number|null Its growth per token.
        dry_allowed_length integer|null Length up to which a repetition is free.
        dry_penalty_last_n integer|null How many of the last tokens count; -1 for all.
        dry_sequence_breakers [string]|null Texts that no repetition reaches across.
        mirostat integer|null 0, 1 or 2.
        mirostat_tau number|null Target surprise.
        mirostat_eta number|null Learning rate.
        tools [ChatTool]|null Tools that the model may call.
        tool_choice 'none'|'auto'|'required'|ChatToolChoice|null Which of them it may call.
        parallel_tool_calls boolean|null Whether one answer may hold several calls.
        response_format ResponseFormat|null The form that the answer must have.
        millrace ChatExtension|null Retrieval and conversations; see docs/api.md.
        user string|null Changes nothing.
        safety_identifier string|null Changes nothing.
        prompt_cache_key string|null Changes nothing.
        metadata object|null Changes nothing.
        audio any Not supported.
        function_call string|object|null The old form of tool_choice; none or auto.
        functions array|null The old form of tools; empty.
        modalities [string]|null ["text"].
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
    public static ApiSchema Completion { get; } = ApiSchema.OfLines(
        "ChatCompletion",
        """
        id! string
        object! 'chat.completion'
        created! integer
        model! string
        choices! [ChatChoice]
        usage! Usage
        millrace! Report How the answer came about.
        """);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<ApiRoute> Routes { get; } =
    [
        new("POST", "/v1/chat/completions", "Answers a chat")
        {
            Request = Request, Response = Completion, Event = ChatParts.Chunk,
        },
        new("POST", "/v1/embeddings", "Embeds texts")
        {
            Request = ApiSchema.OfLines(
                "EmbeddingsRequest",
                """
                model! string An embedding model.
                input! string|[string] A text or up to 2,048.
                dimensions integer|null Length of the vectors.
                encoding_format 'float'|'base64'|null
                user string|null Changes nothing.
                """),
            Response = ApiSchema.OfLines("Embeddings", "object! 'list'\ndata! [Embedding]\nmodel! string\nusage! EmbeddingUsage"),
        },
        new("POST", "/v1/rerank", "Orders documents by a query")
        {
            Request = ApiSchema.OfLines(
                "RerankRequest",
                """
                model string|null A reranker; the default one without it.
                query! string What the documents are compared with.
                documents! [string|RankedText] Up to 1,024.
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
                input! string|[string]|[TextPart] A text, several, or the text parts of one input.
                model string|null Changes nothing.
                """),
            Response = ApiSchema.Of(Moderation.ModerationJsonContext.Default.ModerationJson),
        },
        new("POST", "/v1/guardrails/explain", "Explains what a guard policy makes of a text")
        {
            Request = ApiSchema.OfLines(
                "GuardExplainRequest",
                """
                text! string The text.
                policy string|null A policy; the one that chats get without it.
                direction 'input'|'output'|null To a model, or to a user.
                source 'user'|'system'|'assistant'|'document'|'tool'|null Who wrote a text on its way to a model.
                """),
            Response = ApiSchema.Of(Guarding.GuardrailsJsonContext.Default.GuardExplanationJson),
        },
        new("GET", "/v1/guardrails/policies", "Lists the guard policies with their versions")
        {
            Response = ApiSchema.Of(Guarding.GuardrailsJsonContext.Default.GuardPoliciesJson),
        },
    ];
}
