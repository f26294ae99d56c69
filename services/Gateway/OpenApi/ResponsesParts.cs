namespace Millrace.Gateway.OpenApi;

/// <summary>What responses are made of.</summary>
internal static class ResponsesParts
{
    private const string Place = "item_id! string\noutput_index! integer\n";
    private const string Content = Place + "content_index! integer\n";

    /// <summary>The events of a stream: their types, and what they have beside type and number.</summary>
    private static readonly (string[] Types, string Name, string Lines)[] Events =
    [
        (
            [
                "response.created", "response.queued", "response.in_progress", "response.completed", "response.incomplete",
                "response.failed",
            ],
            "ResponseStatusEvent",
            "response! Response"),
        (
            ["response.output_item.added", "response.output_item.done"],
            "ResponseItemEvent",
            "output_index! integer\nitem! ResponseOutputItem"),
        (["response.content_part.added", "response.content_part.done"], "ResponsePartEvent", Content + "part! OutputText"),
        (["response.output_text.delta"], "ResponseTextDelta", Content + "delta! string\nlogprobs! [ResponseLogprob]"),
        (["response.output_text.done"], "ResponseTextDone", Content + "text! string\nlogprobs! [ResponseLogprob]"),
        (
            ["response.output_text.annotation.added"],
            "ResponseAnnotationAdded",
            Content + "annotation_index! integer\nannotation! ResponseAnnotation"),
        (["response.function_call_arguments.delta"], "ResponseArgumentsDelta", Place + "delta! string"),
        (["response.function_call_arguments.done"], "ResponseArgumentsDone", Place + "name! string\narguments! string"),
        (["error"], "ResponseErrorEvent", "code! string|null\nmessage! string\nparam! string|null"),
    ];

    /// <summary>An event of a streamed response.</summary>
    public static ApiSchema Event { get; } = ApiSchema.OneOf(
        "ResponseEvent", "type", [.. Events.SelectMany(one => one.Types.Select(type => (type, one.Name)))]);

    /// <summary>The parts of requests.</summary>
    public static IReadOnlyList<ApiSchema> Requests { get; } =
    [
        ApiSchema.Of(
            "ResponseInputItem",
            """
            {"anyOf": [{"$ref": "#/components/schemas/InputMessage"}, {"$ref": "#/components/schemas/FunctionCallItem"},
             {"$ref": "#/components/schemas/FunctionCallOutput"}]}
            """),
        ApiSchema.OfLines(
            "InputMessage",
            """
            type 'message'|null
            role! 'user'|'assistant'|'system'|'developer'
            content! string|[InputPart]
            id string|null Changes nothing.
            status string|null Changes nothing.
            """),
        ApiSchema.OfLines(
            "InputPart",
            """
            type! 'input_text'|'output_text'|'text'
            text! string
            annotations array|null As an answer had them; changes nothing.
            logprobs array|null As an answer had them; changes nothing.
            """),
        ApiSchema.OfLines(
            "FunctionCallItem",
            """
            type! 'function_call'
            call_id! string
            name! string
            arguments! string A JSON object as text.
            id string|null
            status string|null
            """),
        ApiSchema.OfLines(
            "FunctionCallOutput",
            """
            type! 'function_call_output'
            call_id! string The call.
            output! string|[InputPart] What it came to.
            id string|null
            status string|null
            """),
        ApiSchema.OfLines(
            "ResponseTool",
            """
            type! 'function'
            name! string 1 to 64 letters, digits, underscores and hyphens.
            description string|null What it does, for the model to read.
            parameters object|null JSON schema of the arguments.
            strict boolean|null Whether calls must fit the schema.
            """),
        ApiSchema.OneOf("ResponseToolChoice", "type", ("function", "ResponseNamedTool"), ("allowed_tools", "ResponseAllowedTools")),
        ApiSchema.OfLines("ResponseNamedTool", "type! 'function'\nname! string"),
        ApiSchema.OfLines(
            "ResponseAllowedTools", "type! 'allowed_tools'\nmode 'auto'|'required'\ntools! [ResponseNamedTool] The only ones to call."),
        ApiSchema.OfLines("ResponseText", "format ResponseTextFormat|null\nverbosity 'medium'|null"),
        ApiSchema.OneOf(
            "ResponseTextFormat",
            "type",
            ("text", "TextFormat"),
            ("json_object", "JsonObjectFormat"),
            ("json_schema", "ResponseJsonSchema")),
        ApiSchema.OfLines(
            "ResponseJsonSchema",
            """
            type! 'json_schema'
            name! string 1 to 64 letters, digits, underscores and hyphens.
            description string|null What the form is for.
            schema! object The JSON schema.
            strict boolean|null Whether the answer must fit it.
            """),
        ApiSchema.OfLines("ResponseReasoning", "effort 'none'|'minimal'|null"),
        ApiSchema.OfLines("ResponseStreamOptions", "include_obfuscation boolean|null false."),
        ApiSchema.OfLines("ConversationReference", "id! string"),
        ApiSchema.OfLines(
            "ResponseExtension",
            "prompt_preset string|null\nsampling_preset string|null\n" + SearchParts.Retrieval),
    ];

    /// <summary>The parts of answers.</summary>
    public static IReadOnlyList<ApiSchema> Answers { get; } =
    [
        ApiSchema.OneOf("ResponseOutputItem", "type", ("message", "OutputMessage"), ("function_call", "FunctionCallItem")),
        ApiSchema.OfLines(
            "OutputMessage",
            """
            id! string
            type! 'message'
            status! 'in_progress'|'completed'|'incomplete'
            role! 'assistant'
            content! [OutputText]
            """),
        ApiSchema.OfLines(
            "OutputText", "type! 'output_text'\ntext! string\nannotations! [ResponseAnnotation]\nlogprobs! [ResponseLogprob]"),
        ApiSchema.OfLines(
            "ResponseAnnotation", "type! 'url_citation'\nstart_index! integer\nend_index! integer\ntitle! string\nurl! string"),
        ApiSchema.OfLines(
            "ResponseLogprob", "token! string\nlogprob! number\nbytes! [integer]\ntop_logprobs! [ResponseTopLogprob]"),
        ApiSchema.OfLines("ResponseTopLogprob", "token! string\nlogprob! number\nbytes! [integer]"),
        ApiSchema.OfLines("ResponseError", "code! string\nmessage! string"),
        ApiSchema.OfLines("IncompleteDetails", "reason! 'max_output_tokens'|'content_filter'"),
        ApiSchema.OfLines(
            "ResponseUsage",
            """
            input_tokens! integer
            input_tokens_details! InputTokensDetails
            output_tokens! integer
            output_tokens_details! OutputTokensDetails
            total_tokens! integer
            """),
        ApiSchema.OfLines("InputTokensDetails", "cached_tokens! integer"),
        ApiSchema.OfLines("OutputTokensDetails", "reasoning_tokens! integer"),
        Event,
        .. Events.Select(one => ApiSchema.OfLines(
            one.Name, $"type! {string.Join('|', one.Types.Select(type => $"'{type}'"))}\nsequence_number! integer\n{one.Lines}")),
        ApiSchema.OfLines(
            "InputItem",
            """
            id! string
            type! 'message'|'function_call'|'function_call_output'
            status! 'completed'
            role string Of a message.
            content [InputItemText] Of a message.
            call_id string Of a call, and of what it came to.
            name string Of a call.
            arguments string Of a call.
            output string Of what a call came to.
            """),
        ApiSchema.OfLines("InputItemText", "type! 'input_text'|'output_text'\ntext! string\nannotations array"),
    ];
}
