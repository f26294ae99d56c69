using System.Text.Json;
using Millrace.Gateway.Api.Tools;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Api;

/// <summary>The messages of a chat request.</summary>
internal static class MessagesReader
{
    private const int MessagesMax = 1024;
    private const int PartsMax = 1024;
    private const int NameLengthMax = 128;

    /// <summary>Reads the messages, oldest first.</summary>
    public static IReadOnlyList<ChatTurn> Read(JsonField field) => [.. field.Items(1, MessagesMax).Select(ReadMessage)];

    private static ChatTurn ReadMessage(JsonField message)
    {
        var fields = message.Properties();
        var role = Role(Find(fields, "role") ?? throw message.Missing("role"));
        var turn = new ChatTurn(role, string.Empty);
        JsonField? content = null;
        foreach (var field in fields)
        {
            if (field.Name == "content") content = field;
            else if (field.Name != "role") turn = Read(turn, field);
        }

        if (role == ChatRole.Tool && turn.ToolCallId is null) throw message.Missing("tool_call_id");

        // Whoever only calls tools has nothing to say.
        if (turn.ToolCalls.Count > 0 && content is null or { IsNull: true }) return turn;
        return turn with { Content = Content(content ?? throw message.Missing("content")) };
    }

    private static ChatTurn Read(ChatTurn turn, JsonField field)
    {
        CheckKnown(field);
        if (field.IsNull) return turn;
        switch (field.Name)
        {
            case "name": return turn with { Name = field.Text(NameLengthMax) };
            case "tool_call_id" when turn.Role == ChatRole.Tool: return turn with { ToolCallId = ToolCallsReader.Id(field) };
            case "tool_calls" when turn.Role == ChatRole.Assistant: return turn with { ToolCalls = ToolCallsReader.Read(field) };
            default:
                CheckEcho(field);
                return turn;
        }
    }

    private static ChatRole Role(JsonField field) => field.Text() switch
    {
        "system" or "developer" => ChatRole.System,
        "user" => ChatRole.User,
        "assistant" => ChatRole.Assistant,
        "tool" => ChatRole.Tool,
        "function" => throw field.Unsupported("must not be \"function\": send \"tool\" with 'tool_call_id' instead."),
        _ => throw field.Invalid("must be \"system\", \"developer\", \"user\", \"assistant\" or \"tool\""),
    };

    private static string Content(JsonField field) => field.Kind switch
    {
        JsonValueKind.String => field.Text(),
        JsonValueKind.Array => string.Join('\n', field.Items(1, PartsMax).Select(Part)),
        _ => throw field.Invalid("must be a string or an array of text parts"),
    };

    private static string Part(JsonField part)
    {
        var fields = part.Properties();
        var type = Find(fields, "type") ?? throw part.Missing("type");
        if (type.Text() != "text") throw type.Unsupported("must be \"text\": other kinds of content are not supported.");
        foreach (var field in fields)
            if (field.Name is not ("type" or "text")) throw field.Unknown();
        return (Find(fields, "text") ?? throw part.Missing("text")).Text();
    }

    private static JsonField? Find(IEnumerable<JsonField> fields, string name)
    {
        foreach (var field in fields)
            if (field.Name == name) return field;
        return null;
    }

    // What our own answers carry comes back when a client appends them to its messages.
    private static void CheckEcho(JsonField field)
    {
        if (field.Name == "annotations") field.Items(0, int.MaxValue);
        else if (field.Name == "function_call") throw field.Unsupported("is not supported: send 'tool_calls' instead.");
        else if (field.Name == "tool_call_id") throw field.Unsupported("belongs to messages of the role \"tool\". Leave it out.");
        else if (field.Name != "tool_calls") throw field.Unsupported("is not supported in a message. Leave it out.");
        else if (field.Items(0, int.MaxValue).Count > 0)
            throw field.Unsupported("belongs to messages of the role \"assistant\". Leave it out.");
    }

    private static void CheckKnown(JsonField field)
    {
        if (field.Name is not ("name" or "annotations" or "refusal" or "audio" or "tool_calls" or "function_call" or "tool_call_id"))
            throw field.Unknown();
    }
}
