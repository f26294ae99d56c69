using System.Collections.Frozen;
using System.Text.Json;
using Millrace.Gateway.Api.Tools;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api.Responses;

/// <summary>
/// The body of a request for a response. As with chats, every parameter of the OpenAI API is honoured, or accepted in the form that changes
/// nothing, or refused by name; null means absent.
/// </summary>
internal static class ResponseRequestReader
{
    private const string LogprobsInclude = "message.output_text.logprobs";

    private static readonly FrozenDictionary<string, Action<Draft, JsonField>> Honoured = new Dictionary<string, Action<Draft, JsonField>>
    {
        ["model"] = (draft, field) => draft.Chat.Model = Model(field),
        ["input"] = (draft, field) => draft.Input = ResponseInputReader.Read(field),
        ["instructions"] = (draft, field) => draft.Instructions = field.Text(),
        ["previous_response_id"] = (draft, field) => draft.PreviousId = Id(field),
        ["conversation"] = (draft, field) => draft.ConversationId = Conversation(field),
        ["store"] = (draft, field) => draft.Store = field.Boolean(),
        ["stream"] = (draft, field) => draft.Chat.Stream = field.Boolean(),
        ["background"] = (draft, field) => draft.Background = field.Boolean(),
        ["tools"] = (draft, field) => draft.Tools = ResponseToolReader.Tools(field),
        ["tool_choice"] = (draft, field) => draft.ToolChoice = ResponseToolReader.Choice(field),
        ["parallel_tool_calls"] = (draft, field) => draft.Parallel = field.Boolean(),
        ["text"] = (draft, field) => draft.Format = ResponseToolReader.Text(field),
        ["temperature"] = (draft, field) => draft.Chat.Sampling = draft.Chat.Sampling with { Temperature = (float)field.Number(0, 2) },
        ["top_p"] = (draft, field) => draft.Chat.Sampling = draft.Chat.Sampling with { TopP = TopP(field) },
        ["max_output_tokens"] = (draft, field) => draft.Chat.MaxTokens = (int)field.Integer(1, 1 << 24),
        ["top_logprobs"] = (draft, field) => draft.Chat.TopLogprobs = (int)field.Integer(0, 20),
        ["include"] = (draft, field) => draft.Chat.Logprobs = Include(field),
        ["truncation"] = (draft, field) => draft.MayDrop = Truncation(field),
        ["millrace"] = ReadExtension,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Action<JsonField>> Neutral = new Dictionary<string, Action<JsonField>>
    {
        ["user"] = field => field.Text(1024),
        ["safety_identifier"] = field => field.Text(1024),
        ["prompt_cache_key"] = field => field.Text(1024),
        ["metadata"] = CheckMetadata,
        ["service_tier"] = field => RequireText(field, "is supported as \"auto\" or \"default\" only.", "auto", "default"),
        ["prompt_cache_retention"] = field => RequireText(field, "is supported as \"in_memory\" only.", "in_memory", "in-memory"),
        ["reasoning"] = CheckReasoning,
        ["stream_options"] = CheckStreamOptions,
        ["context_management"] = field => throw field.Unsupported("is not supported: 'truncation' says what becomes of earlier turns."),
        ["max_tool_calls"] = field => throw field.Unsupported("is not supported: no built-in tool is called. Leave it out."),
        ["prompt"] = field => throw field.Unsupported("is not supported. Name an assistant as the 'model' to use a kept prompt."),
        ["moderation"] = field => throw field.Unsupported("is not supported: the operator's guard policy applies. Leave it out."),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The parameters that are known.</summary>
    public static IEnumerable<string> Names => Honoured.Keys.Concat(Neutral.Keys).Concat(SamplingFields.Names);

    /// <summary>Reads a body.</summary>
    /// <exception cref="MillraceException">A field is missing, wrong or not supported; the exception names it.</exception>
    public static ResponseSpec Read(JsonElement body)
    {
        var draft = new Draft();
        var echo = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var field in JsonField.Root(body).Properties())
        {
            if (SamplingFields.Has(field.Name))
            {
                draft.Chat.Sampling = SamplingFields.Read(draft.Chat.Sampling, field);
                continue;
            }

            var isHonoured = Honoured.TryGetValue(field.Name, out var read);
            if (!isHonoured && !Neutral.ContainsKey(field.Name)) throw field.Unknown();
            if (field.IsNull) continue;
            if (isHonoured) read!(draft, field);
            else Neutral[field.Name](field);
            if (field.Name is not ("input" or "millrace" or "stream")) echo[field.Name] = field.Value.Clone();
        }

        CheckTogether(draft);
        return Finish(draft, echo);
    }

    private static ResponseSpec Finish(Draft draft, Dictionary<string, JsonElement> echo)
    {
        var input = draft.Input ?? throw Missing("input", "Send a text, or at least one item.");
        var turns = ResponseInputReader.Turns(input);
        CheckPairs(turns, continues: draft.PreviousId is not null || draft.ConversationId is not null);
        var chat = new ChatRequest
        {
            Model = draft.Chat.Model ?? throw Missing("model", "Name a model; GET /v1/models lists them."),
            Messages = draft.Instructions is { Length: > 0 } instructions
                ? [new ChatTurn(ChatRole.System, instructions), .. turns]
                : turns,
            Sampling = draft.Chat.Sampling,
            TokensMax = draft.Chat.MaxTokens,
            Logprobs = draft.Chat.Logprobs,
            TopLogprobs = draft.Chat.TopLogprobs ?? 0,
            Tools = draft.ToolChoice.Narrow(draft.Tools),
            ToolChoice = draft.ToolChoice.Choice with { Single = !draft.Parallel },
            ResponseFormat = draft.Format,
            Retrieval = draft.Chat.Retrieval,
            KeepsInstructions = false,
            MayDropMessages = draft.MayDrop,
        };
        return new ResponseSpec
        {
            Chat = chat,
            Input = input,
            Echo = echo,
            Stream = draft.Chat.Stream,
            Background = draft.Background,
            Store = draft.Store,
            PreviousId = draft.PreviousId,
            ConversationId = draft.ConversationId,
        };
    }

    private static void CheckPairs(IReadOnlyList<ChatTurn> turns, bool continues)
    {
        try
        {
            ToolTurns.Check(turns, continues);
        }
        catch (MillraceException wrong)
        {
            throw new MillraceException(
                wrong.Reason,
                "In 'input' each 'function_call' needs its 'function_call_output' directly behind, with the same 'call_id', and no output "
                    + "may be there without its call, unless 'previous_response_id' or 'conversation' has it. Send both, once each.",
                wrong)
            {
                Param = "input",
            };
        }
    }

    private static void CheckTogether(Draft draft)
    {
        if (draft is { PreviousId: not null, ConversationId: not null })
            throw MillraceException.InvalidArgument(
                "previous_response_id", "'previous_response_id' and 'conversation' both say what went before. Send one of them.");
        if (draft is { Background: true, Store: false })
            throw MillraceException.InvalidArgument("background", "'background' needs 'store': the response could not be asked for later.");
        if (draft.Chat is { TopLogprobs: > 0, Logprobs: false })
            throw MillraceException.InvalidArgument("top_logprobs", $"'top_logprobs' needs '{LogprobsInclude}' in 'include'.");
        if (draft.ToolChoice.Choice.Mode is ChatToolMode.Required or ChatToolMode.Named && draft.Tools.Count == 0)
            throw MillraceException.InvalidArgument("tool_choice", "'tool_choice' asks for a call, and there are no 'tools'.");
        if (draft.ToolChoice.Choice is { Name: { } name } && draft.Tools.All(tool => tool.Name != name))
            throw MillraceException.InvalidArgument("tool_choice", $"'tool_choice' names '{name}', which is not among the 'tools'.");
    }

    private static MillraceException Missing(string param, string remedy) =>
        MillraceException.InvalidArgument(param, $"'{param}' is missing. {remedy}");

    private static void ReadExtension(Draft draft, JsonField extension)
    {
        ChatExtensionReader.Read(draft.Chat, extension);
        if (draft.Chat.ConversationId is not null)
            throw new JsonField("millrace.conversation_id", "conversation_id", default).Unsupported("is 'conversation' here.");
        if (draft.Chat.ParentMessageId is not null)
            throw new JsonField("millrace.parent_message_id", "parent_message_id", default).Unsupported("is 'previous_response_id' here.");
    }

    private static string Model(JsonField field) =>
        field.Text(256) is { Length: > 0 } name ? name : throw field.Invalid("must not be empty");

    private static string Id(JsonField field)
    {
        var id = field.Text(128);
        var isId = id.Length > 0 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
        return isId ? id : throw field.Invalid("must be 1 to 128 letters, digits, hyphens, underscores and dots");
    }

    private static string Conversation(JsonField field)
    {
        if (field.Kind == JsonValueKind.String) return Id(field);
        string? id = null;
        foreach (var part in field.Properties()) id = part.Name == "id" ? Id(part) : throw part.Unknown();
        return id ?? throw field.Missing("id");
    }

    private static float TopP(JsonField field) =>
        field.Number(0, 1) is > 0 and var value ? (float)value : throw field.Invalid("must be above 0");

    private static bool Include(JsonField field)
    {
        foreach (var item in field.Items(0, 16))
            if (item.Text() != LogprobsInclude)
                throw item.Unsupported($"is not supported. What can be included is \"{LogprobsInclude}\".");
        return field.Value.GetArrayLength() > 0;
    }

    private static bool Truncation(JsonField field) => field.Text() switch
    {
        "auto" => true,
        "disabled" => false,
        _ => throw field.Invalid("must be \"auto\" or \"disabled\""),
    };

    private static void CheckMetadata(JsonField field)
    {
        var entries = field.Properties();
        if (entries.Count > 16) throw field.Invalid("must have at most 16 entries");
        foreach (var entry in entries) entry.Text(512);
    }

    private static void CheckReasoning(JsonField field)
    {
        foreach (var part in field.Properties().Where(part => !part.IsNull))
        {
            if (part.Name != "effort") throw part.Unsupported("is not supported: the models here do not reason apart. Leave it out.");
            RequireText(part, "is supported as \"none\" or \"minimal\" only: the models here do not reason apart.", "none", "minimal");
        }
    }

    private static void CheckStreamOptions(JsonField field)
    {
        foreach (var part in field.Properties().Where(part => !part.IsNull))
            if (part.Name != "include_obfuscation") throw part.Unknown();
            else if (part.Boolean()) throw part.Unsupported("must be false: events are not padded here.");
    }

    private static void RequireText(JsonField field, string why, params ReadOnlySpan<string> accepted)
    {
        if (field.Kind != JsonValueKind.String || !accepted.Contains(field.Text())) throw field.Unsupported(why);
    }

    /// <summary>A request while its fields are read; what it has in common with a chat is in a draft of one.</summary>
    private sealed class Draft
    {
        public ChatRequestDraft Chat { get; } = new();

        public IReadOnlyList<ResponseItem>? Input { get; set; }

        public string? Instructions { get; set; }

        public string? PreviousId { get; set; }

        public string? ConversationId { get; set; }

        public bool Store { get; set; } = true;

        public bool Background { get; set; }

        public IReadOnlyList<ChatTool> Tools { get; set; } = [];

        public ToolChoiceFields ToolChoice { get; set; } = new(ChatToolChoice.Auto);

        public bool Parallel { get; set; } = true;

        public ChatResponseFormat? Format { get; set; }

        public bool MayDrop { get; set; } = true;
    }
}
