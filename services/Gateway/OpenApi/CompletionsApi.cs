namespace Millrace.Gateway.OpenApi;

/// <summary>Text completions.</summary>
internal static class CompletionsApi
{
    /// <summary>The body. What chats have as well means the same here.</summary>
    private static readonly ApiSchema Request = ApiSchema.OfLines(
        "CompletionRequest",
        """
        model! string A model; no assistant.
        prompt! string|[string]|[integer]|[[integer]] A text, token ids, or up to 128 of either.
        max_tokens integer|null Most tokens of each choice; 16 without it.
        temperature number|null 0 to 2.
        top_p number|null Above 0 to 1.
        frequency_penalty number|null -2 to 2.
        presence_penalty number|null -2 to 2.
        seed integer|null Makes sampling reproducible.
        logit_bias {number}|null Token id to -100 to 100.
        stop string|[string]|null Up to 4 texts that end the answer.
        n integer|null Choices for each prompt, 1 to 8.
        best_of integer|null The same as n.
        echo boolean|null Whether the text begins with the prompt.
        logprobs integer|null Alternatives per token, 0 to 5.
        stream boolean|null Whether the answer is streamed.
        stream_options StreamOptions|null
        suffix string|null Empty only.
        user string|null Changes nothing.
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
        """);

    private static readonly ApiSchema Completion = ApiSchema.OfLines(
        "TextCompletion",
        """
        id! string
        object! 'text_completion'
        created! integer
        model! string
        choices! [TextChoice]
        usage! Usage
        millrace! Report How the answer came about.
        """);

    /// <summary>An event of a streamed completion.</summary>
    public static ApiSchema Chunk { get; } = ApiSchema.OfLines(
        "TextChunk",
        """
        id! string
        object! 'text_completion'
        created! integer
        model! string
        choices! [TextChunkChoice] None in the chunk with the tokens.
        usage Usage|null The tokens, in the last chunk, where they are asked for.
        millrace Report How the answer came about, at the end.
        """);

    /// <summary>What texts are made of.</summary>
    public static IReadOnlyList<ApiSchema> Parts { get; } =
    [
        ApiSchema.OfLines(
            "TextChoice",
            """
            index! integer
            text! string
            logprobs! TextLogprobs|null
            finish_reason! 'stop'|'length'|'content_filter'
            """),
        Chunk,
        ApiSchema.OfLines(
            "TextChunkChoice",
            """
            index! integer
            text! string
            logprobs! TextLogprobs|null
            finish_reason! 'stop'|'length'|'content_filter'|null
            """),
        ApiSchema.OfLines(
            "TextLogprobs",
            """
            tokens! [string]
            token_logprobs! [number|null] Null for the first token of an echo.
            top_logprobs! [{number}|null]|null
            text_offset! [integer]
            """),
    ];

    /// <summary>The routes.</summary>
    public static IReadOnlyList<ApiRoute> Routes { get; } =
    [
        new("POST", "/v1/completions", "Continues texts or tokens as they stand")
        {
            Request = Request, Response = Completion, Event = Chunk,
        },
    ];
}
