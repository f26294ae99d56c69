using System.Text.Json;
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
        ChatRole? role = null;
        string? content = null;
        string? name = null;
        foreach (var field in message.Properties())
        {
            if (field.Name == "role") role = Role(field);
            else if (field.Name == "content") content = Content(field);
            else if (field.IsNull) CheckKnown(field);
            else if (field.Name == "name") name = field.Text(NameLengthMax);
            else CheckEcho(field);
        }

        return new ChatTurn(role ?? throw message.Missing("role"), content ?? throw message.Missing("content"), name);
    }

    private static ChatRole Role(JsonField field) => field.Text() switch
    {
        "system" or "developer" => ChatRole.System,
        "user" => ChatRole.User,
        "assistant" => ChatRole.Assistant,
        "tool" or "function" => throw field.Unsupported("must not be \"tool\" or \"function\": this endpoint does not call tools."),
        _ => throw field.Invalid("must be \"system\", \"developer\", \"user\" or \"assistant\""),
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
        CheckKnown(field);
        if (field.Name == "annotations") field.Items(0, int.MaxValue);
        else if (field.Name != "tool_calls" || field.Items(0, int.MaxValue).Count > 0)
            throw field.Unsupported("is not supported in a message. Leave it out.");
    }

    private static void CheckKnown(JsonField field)
    {
        if (field.Name is not ("name" or "annotations" or "refusal" or "audio" or "tool_calls" or "function_call" or "tool_call_id"))
            throw field.Unknown();
    }
}
