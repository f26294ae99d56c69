using Millrace.Gateway.Api.Responses;

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
        input! string|[ResponseInputItem] A text, or messages, function calls and their outputs.
        instructions string|null For this response alone.
        previous_response_id string|null The response that this one follows.
        conversation string|ConversationReference|null The conversation that it goes on with.
        store boolean|null Whether it is kept; true without it.
        stream boolean|null Whether it is streamed.
        background boolean|null Whether it goes on without its client.
        tools [ResponseTool]|null Functions that the model may call.
        tool_choice 'none'|'auto'|'required'|ResponseToolChoice|null Which of them it may call.
        parallel_tool_calls boolean|null Whether one answer may hold several calls.
        text ResponseText|null The form that the answer must have.
        temperature number|null 0 to 2.
        top_p number|null Above 0 to 1.
        max_output_tokens integer|null Most tokens of the answer.
        top_logprobs integer|null Alternatives per token, 0 to 20.
        include [string]|null ["message.output_text.logprobs"].
        truncation 'auto'|'disabled'|null
        millrace ResponseExtension|null Retrieval; see docs/api.md.
        user string|null Changes nothing.
        safety_identifier string|null Changes nothing.
        prompt_cache_key string|null Changes nothing.
        metadata {string}|null Changes nothing.
        service_tier string|null auto or default.
        prompt_cache_retention string|null in_memory.
        reasoning ResponseReasoning|null
        stream_options ResponseStreamOptions|null
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
        dry_sequence_breakers [string]|null Texts that no repetition reaches across.
        mirostat integer|null 0, 1 or 2.
        mirostat_tau number|null Target surprise.
        mirostat_eta number|null Learning rate.
        """);

    private static readonly ApiSchema Response = ApiSchema.OfLines(
        "Response",
        """
        id! string
        object! 'response'
        created_at! integer
        status! 'queued'|'in_progress'|'completed'|'failed'|'cancelled'|'incomplete'
        background! boolean
        error! ResponseError|null
        incomplete_details! IncompleteDetails|null
        model! string
        output! [ResponseOutputItem]
        usage! ResponseUsage|null
        instructions! string|null
        max_output_tokens! integer|null
        user! string|null
        safety_identifier! string|null
        prompt_cache_key! string|null
        temperature! number|null
        top_p! number|null
        tools! [ResponseTool]
        metadata! {string}
        text! ResponseText
        reasoning! object
        previous_response_id! string|null
        store! boolean
        parallel_tool_calls! boolean
        top_logprobs! integer
        truncation! 'auto'|'disabled'
        service_tier! string
        tool_choice! string|ResponseToolChoice
        conversation ConversationReference
        millrace Report How the answer came about.
        """);

    private static readonly ApiSchema Items = ApiSchema.OfLines(
        "ResponseItems", "object! 'list'\ndata! [InputItem]\nfirst_id! string|null\nlast_id! string|null\nhas_more! boolean");

    private static readonly ApiSchema Deleted = ApiSchema.Of(ResponseRecordJson.Default.DeletedResponseJson);

    private static readonly ApiSchema Tokens = ApiSchema.Of(ResponseRecordJson.Default.InputTokensJson);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<ApiRoute> Routes { get; } =
    [
        new("POST", All, "Makes a response") { Request = Request, Response = Response, Event = ResponsesParts.Event },
        new("POST", All + "/input_tokens", "Counts what would go into a response") { Request = Request, Response = Tokens },
        new("GET", One, "Returns a response, or its events behind a number")
        {
            Response = Response, Event = ResponsesParts.Event, Query = "stream:boolean starting_after:integer",
        },
        new("DELETE", One, "Deletes a response with its messages") { Response = Deleted },
        new("POST", One + "/cancel", "Stops a response that is being made") { Response = Response },
        new("GET", One + "/input_items", "Lists what went into a response") { Response = Items, Query = "limit:integer after order" },
    ];
}
