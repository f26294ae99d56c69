using Millrace.Gateway.Streaming;

namespace Millrace.Gateway.OpenApi;

/// <summary>What chats and their answers are made of.</summary>
internal static class ChatParts
{
    private const string Echo = """
        name string|null Name of the author.
        annotations array|null As an answer had them; changes nothing.
        refusal null
        audio null
        function_call null
        """;

    private const string NoCalls = "\ntool_calls array|null None.";

    /// <summary>An event of a streamed chat.</summary>
    public static ApiSchema Chunk { get; } = ApiSchema.OfLines(
        "ChatChunk",
        """
        id! string
        object! 'chat.completion.chunk'
        created! integer
        model! string
        choices! [ChunkChoice] None in the chunk with the tokens.
        usage Usage|null The tokens, in the last chunk, where they are asked for.
        millrace Report How the answer came about, in the last choice's last chunk.
        """);

    /// <summary>The parts of requests.</summary>
    public static IReadOnlyList<ApiSchema> Requests { get; } =
    [
        ApiSchema.OneOf(
            "ChatMessage",
            "role",
            ("system", "SystemMessage"),
            ("developer", "SystemMessage"),
            ("user", "UserMessage"),
            ("assistant", "AssistantMessage"),
            ("tool", "ToolMessage")),
        ApiSchema.OfLines("SystemMessage", "role! 'system'|'developer'\ncontent! string|[TextPart]\n" + Echo + NoCalls),
        ApiSchema.OfLines("UserMessage", "role! 'user'\ncontent! string|[TextPart]\n" + Echo + NoCalls),
        ApiSchema.OfLines(
            "AssistantMessage",
            "role! 'assistant'\ncontent string|[TextPart]|null May be missing beside calls.\ntool_calls [ToolCall]|null\n" + Echo),
        ApiSchema.OfLines(
            "ToolMessage",
            "role! 'tool'\ncontent! string|[TextPart] What the call came to.\ntool_call_id! string The call.\n" + Echo + NoCalls),
        ApiSchema.OfLines("TextPart", "type! 'text'\ntext! string"),
        ApiSchema.OfLines("ToolCall", "id! string\ntype 'function'\nfunction! CalledFunction"),
        ApiSchema.OfLines("CalledFunction", "name! string\narguments! string A JSON object as text."),
        ApiSchema.OfLines("ChatTool", "type! 'function'\nfunction! ChatFunction"),
        ApiSchema.OfLines(
            "ChatFunction",
            """
            name! string 1 to 64 letters, digits, underscores and hyphens.
            description string|null What it does, for the model to read.
            parameters object|null JSON schema of the arguments.
            strict boolean|null Whether calls must fit the schema.
            """),
        ApiSchema.OneOf("ChatToolChoice", "type", ("function", "NamedTool"), ("allowed_tools", "AllowedToolChoice")),
        ApiSchema.OfLines("NamedTool", "type! 'function'\nfunction! FunctionName"),
        ApiSchema.OfLines("FunctionName", "name! string"),
        ApiSchema.OfLines("AllowedToolChoice", "type! 'allowed_tools'\nallowed_tools! AllowedTools"),
        ApiSchema.OfLines("AllowedTools", "mode 'auto'|'required'\ntools! [NamedTool] The only ones that may be called."),
        ApiSchema.OneOf(
            "ResponseFormat", "type", ("text", "TextFormat"), ("json_object", "JsonObjectFormat"), ("json_schema", "JsonSchemaFormat")),
        ApiSchema.OfLines("TextFormat", "type! 'text'"),
        ApiSchema.OfLines("JsonObjectFormat", "type! 'json_object'"),
        ApiSchema.OfLines("JsonSchemaFormat", "type! 'json_schema'\njson_schema! NamedJsonSchema"),
        ApiSchema.OfLines(
            "NamedJsonSchema",
            """
            name! string 1 to 64 letters, digits, underscores and hyphens.
            description string|null What the form is for.
            schema! object The JSON schema.
            strict boolean|null Whether the answer must fit it.
            """),
        ApiSchema.OfLines(
            "StreamOptions",
            "include_usage boolean|null Whether the stream ends with the tokens.\ninclude_obfuscation boolean|null false."),
        ApiSchema.OfLines("RankedText", "text! string"),
        ApiSchema.OfLines(
            "ChatExtension",
            """
            conversation_id string|null The conversation that gives the history and takes the messages.
            parent_message_id string|null The message of it that the new ones follow.
            prompt_preset string|null A way of working that the model is told.
            sampling_preset string|null Sampling for a kind of task.

            """ + SearchParts.Retrieval),
    ];

    /// <summary>The parts of answers.</summary>
    public static IReadOnlyList<ApiSchema> Answers { get; } =
    [
        ApiSchema.OfLines(
            "ChatChoice",
            """
            index! integer
            message! ChatAnswer
            logprobs! Logprobs|null
            finish_reason! 'stop'|'length'|'content_filter'|'tool_calls'
            """),
        ApiSchema.OfLines(
            "ChatAnswer",
            """
            role! 'assistant'
            content! string|null Null where nothing is said beside calls.
            refusal! null
            annotations! [Annotation] The sources.
            tool_calls [ToolCall]
            """),
        Chunk,
        ApiSchema.OfLines(
            "ChunkChoice",
            """
            index! integer
            delta! ChatDelta
            logprobs! Logprobs|null
            finish_reason! 'stop'|'length'|'content_filter'|'tool_calls'|null
            """),
        ApiSchema.OfLines(
            "ChatDelta", "role 'assistant'\ncontent string\ntool_calls [ToolCallDelta]\nannotations [Annotation] In the last chunk."),
        ApiSchema.OfLines(
            "ToolCallDelta",
            """
            index! integer Pieces of one index belong together.
            id string In its first piece.
            type 'function' In its first piece.
            function! CalledFunctionDelta
            """),
        ApiSchema.OfLines("CalledFunctionDelta", "name string In its first piece.\narguments! string Text to append."),
        ApiSchema.OfLines("Embedding", "object! 'embedding'\nindex! integer\nembedding! [number]|string As text, base64 of float32."),
        ApiSchema.OfLines("EmbeddingUsage", "prompt_tokens! integer\ntotal_tokens! integer"),
        ApiSchema.Of(AnswerJson.Default.UsageJson),
        ApiSchema.Of(AnswerJson.Default.LogprobsJson),
        ApiSchema.Of(AnswerJson.Default.AnnotationJson),
        ApiSchema.Of(AnswerJson.Default.ReportJson),
    ];
}
