using System.Collections.Frozen;
using System.Text.Json;
using Millrace.Gateway.Api;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Schemas;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Anthropic;

/// <summary>
/// The body of <c>POST /v1/messages</c> and of <c>.../count_tokens</c>. Each parameter of Anthropic's API is honoured, or accepted in the
/// form that changes nothing, or refused by name. Null means absent.
/// </summary>
internal static class MessagesRequestReader
{
    private const int NameCharsMax = 256;
    private const int TokensMax = 1 << 24;
    private const int StopMax = 16;

    private static readonly FrozenDictionary<string, Action<MessagesDraft, JsonField>> Honoured =
        new Dictionary<string, Action<MessagesDraft, JsonField>>
        {
            ["model"] = (draft, field) => draft.Chat.Model = NotEmpty(field),
            ["max_tokens"] = (draft, field) => draft.Chat.MaxTokens = (int)field.Integer(1, TokensMax),
            ["messages"] = (draft, field) => draft.Turns = MessagesTurns.Read(field),
            ["system"] = (draft, field) => draft.System = MessagesTurns.Texts(field),
            ["stop_sequences"] = (draft, field) => draft.Chat.Stop = [.. field.Items(0, StopMax).Select(NotEmpty)],
            ["temperature"] = (draft, field) =>
                draft.Chat.Sampling = draft.Chat.Sampling with { Temperature = (float)field.Number(0, 1) },
            ["top_p"] = (draft, field) => draft.Chat.Sampling = draft.Chat.Sampling with { TopP = TopP(field) },
            ["top_k"] = (draft, field) =>
                draft.Chat.Sampling = draft.Chat.Sampling with { TopK = (uint)field.Integer(0, int.MaxValue) },
            ["stream"] = (draft, field) => draft.Chat.Stream = field.Boolean(),
            ["tools"] = (draft, field) => draft.Tools = MessagesTools.Read(field),
            ["tool_choice"] = (draft, field) => draft.ToolChoice = MessagesTools.ReadChoice(field),
            ["output_config"] = ReadOutput,
            ["millrace"] = (draft, field) => ChatExtensionReader.Read(draft.Chat, field),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What counts towards the tokens of a prompt.</summary>
    private static readonly FrozenSet<string> Counted =
        FrozenSet.Create("model", "messages", "system", "tools", "tool_choice", "output_config");

    /// <summary>The parameters that are honoured.</summary>
    public static IEnumerable<string> HonouredNames => Honoured.Keys;

    /// <summary>The parameters of a count that are honoured.</summary>
    public static IEnumerable<string> CountedNames => Counted;

    /// <summary>Reads a body.</summary>
    /// <exception cref="MillraceException">A field is missing, wrong or not supported; the exception names it.</exception>
    public static MessagesRequest Read(JsonElement body)
    {
        var draft = ReadFields(body, _ => true);
        if (draft.Chat.MaxTokens is null) throw Missing("max_tokens", "Say how many tokens the answer may have at most.");
        if (draft.Chat is { ParentMessageId: not null, ConversationId: null })
            throw MillraceException.InvalidArgument(
                "millrace.parent_message_id", "'millrace.parent_message_id' needs 'millrace.conversation_id'.");
        CheckPairs(draft);
        return new MessagesRequest(Finish(draft), draft.Chat.Stream);
    }

    /// <summary>Reads the body of a count.</summary>
    /// <exception cref="MillraceException">A field is missing, wrong or does not belong there; the exception names it.</exception>
    public static ChatRequest ReadCount(JsonElement body) => Finish(ReadFields(body, Counted.Contains));

    private static MessagesDraft ReadFields(JsonElement body, Func<string, bool> isTaken)
    {
        var draft = new MessagesDraft();
        foreach (var field in JsonField.Root(body).Properties())
        {
            if (!Honoured.TryGetValue(field.Name, out var read)) MessagesNeutralParameters.Check(field);
            else if (!isTaken(field.Name)) throw field.Unknown();
            else if (!field.IsNull) read(draft, field);
        }

        return draft;
    }

    private static void CheckPairs(MessagesDraft draft)
    {
        try
        {
            ToolTurns.Check(draft.Turns, continues: draft.Chat.ConversationId is not null);
        }
        catch (MillraceException wrong)
        {
            throw new MillraceException(
                wrong.Reason,
                "In 'messages' each 'tool_use' needs its 'tool_result' at the beginning of the message behind it, with the id of the "
                    + "call as 'tool_use_id', and no result may be there without its call. Send both, once each.",
                wrong)
            {
                Param = "messages",
            };
        }
    }

    private static ChatRequest Finish(MessagesDraft draft)
    {
        MessagesTools.CheckTogether(draft);
        return new ChatRequest
        {
            Model = draft.Chat.Model ?? throw Missing("model", "Name a model; GET /v1/models lists them."),
            Messages = Messages(draft),
            Sampling = draft.Chat.Sampling,
            TokensMax = draft.Chat.MaxTokens,
            Stop = draft.Chat.Stop,
            Tools = draft.Tools,
            ToolChoice = draft.ToolChoice,
            ResponseFormat = draft.ResponseFormat,
            Retrieval = draft.Chat.Retrieval,
            ConversationId = draft.Chat.ConversationId,
            ParentMessageId = draft.Chat.ParentMessageId,
        };
    }

    private static IReadOnlyList<ChatTurn> Messages(MessagesDraft draft)
    {
        if (draft.Turns.Count == 0) throw Missing("messages", "Send at least one message.");
        if (draft.Turns[^1].Role == ChatRole.Assistant)
            throw MillraceException.InvalidArgument(
                "messages", "The last of 'messages' must be the user's: no answer is begun for the model here.");
        return draft.System.Length == 0 ? draft.Turns : [new ChatTurn(ChatRole.System, draft.System), .. draft.Turns];
    }

    private static MillraceException Missing(string param, string remedy) =>
        MillraceException.InvalidArgument(param, $"'{param}' is missing. {remedy}");

    private static string NotEmpty(JsonField field) =>
        field.Text(NameCharsMax) is { Length: > 0 } text ? text : throw field.Invalid("must not be empty");

    private static float TopP(JsonField field) =>
        field.Number(0, 1) is > 0 and var value ? (float)value : throw field.Invalid("must be above 0");

    private static void ReadOutput(MessagesDraft draft, JsonField config)
    {
        foreach (var field in config.Properties().Where(field => !field.IsNull))
        {
            if (field.Name != "format") throw field.Unsupported("is not supported: the models here do not reason apart. Leave it out.");
            draft.ResponseFormat = Format(field);
        }
    }

    private static ChatResponseFormat Format(JsonField format)
    {
        string? schema = null;
        foreach (var field in format.Properties())
        {
            if (field.Name == "schema") schema = MessagesTools.Schema(field);
            else if (field.Name != "type") throw field.Unknown();
            else if (field.Text() != "json_schema") throw field.Unsupported("is supported as \"json_schema\" only.");
        }

        var read = new ChatResponseFormat(schema ?? throw format.Missing("schema"), Strict: true);
        SchemaChecks.Require(read, $"{format.Path}.schema");
        return read;
    }
}
