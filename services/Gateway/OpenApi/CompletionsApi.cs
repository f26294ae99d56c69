namespace Millrace.Gateway.OpenApi;

/// <summary>Text completions.</summary>
internal static class CompletionsApi
{
    /// <summary>The body. What chats have as well means the same here.</summary>
    private static readonly ApiSchema Request = ApiSchema.OfLines(
        "CompletionRequest",
        """
        model! string A model; no assistant.
        prompt! string|array A text, token ids, or up to 128 of either.
        max_tokens integer|null Most tokens of each choice; 16 without it.
        temperature number|null 0 to 2.
        top_p number|null Above 0 to 1.
        frequency_penalty number|null -2 to 2.
        presence_penalty number|null -2 to 2.
        seed integer|null Makes sampling reproducible.
        logit_bias object|null Token id to -100 to 100.
        stop string|array|null Up to 4 texts that end the answer.
        n integer|null Choices for each prompt, 1 to 8.
        best_of integer|null The same as n.
        echo boolean|null Whether the text begins with the prompt.
        logprobs integer|null Alternatives per token, 0 to 5.
        stream boolean|null Whether the answer is streamed.
        stream_options object|null include_usage: whether the stream ends with the tokens.
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
        dry_sequence_breakers array|null Texts that no repetition reaches across.
        mirostat integer|null 0, 1 or 2.
        mirostat_tau number|null Target surprise.
        mirostat_eta number|null Learning rate.
        """);

    private static readonly ApiSchema Completion = ApiSchema.Of(
        "TextCompletion",
        """
        {"type": "object", "required": ["id", "object", "created", "model", "choices", "usage", "millrace"], "properties": {
         "id": {"type": "string"}, "object": {"const": "text_completion"}, "created": {"type": "integer"}, "model": {"type": "string"},
         "choices": {"type": "array", "items": {"type": "object", "required": ["index", "text", "logprobs", "finish_reason"],
          "properties": {"index": {"type": "integer"}, "text": {"type": "string"}, "logprobs": {"type": ["object", "null"]},
           "finish_reason": {"enum": ["stop", "length", "content_filter"]}}}},
         "usage": {"type": "object", "required": ["prompt_tokens", "completion_tokens", "total_tokens"]}, "millrace": {"type": "object"}}}
        """);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<ApiRoute> Routes { get; } =
    [
        new("POST", "/v1/completions", "Continues texts or tokens as they stand")
        {
            Request = Request, Response = Completion, OtherMedia = "text/event-stream",
        },
    ];
}
