using System.Text.Json;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Api.Responses;

/// <summary>The input of a response: a text, or items.</summary>
internal static class ResponseInputReader
{
    private const int ItemsMax = 1024;
    private const int PartsMax = 1024;
    private const int NameCharsMax = 64;
    private const int IdCharsMax = 128;

    /// <summary>Reads the items, oldest first.</summary>
    public static IReadOnlyList<ResponseItem> Read(JsonField field) => field.Kind == JsonValueKind.String
        ? [new ResponseItem { Id = "0", Type = "message", Role = "user", Text = field.Text() }]
        : [.. field.Items(1, ItemsMax).Select(Item)];

    /// <summary>The items as messages; calls that follow one another are made in one message.</summary>
    public static IReadOnlyList<ChatTurn> Turns(IEnumerable<ResponseItem> items)
    {
        List<ChatTurn> turns = [];
        foreach (var item in items)
        {
            if (item.Type == "function_call_output") turns.Add(new ChatTurn(ChatRole.Tool, item.Text) { ToolCallId = item.CallId });
            else if (item.Type == "message") turns.Add(new ChatTurn(Role(item.Role), item.Text));
            else AddCall(turns, new ChatToolCall(item.CallId!, item.Name!, item.Arguments));
        }

        return turns;
    }

    private static void AddCall(List<ChatTurn> turns, ChatToolCall call)
    {
        if (turns.Count > 0 && turns[^1] is { Role: ChatRole.Assistant } last)
            turns[^1] = last with { ToolCalls = [.. last.ToolCalls, call] };
        else turns.Add(new ChatTurn(ChatRole.Assistant, string.Empty) { ToolCalls = [call] });
    }

    private static ChatRole Role(string? role) => role switch
    {
        "system" or "developer" => ChatRole.System,
        "assistant" => ChatRole.Assistant,
        _ => ChatRole.User,
    };

    private static ResponseItem Item(JsonField item, int index)
    {
        var fields = item.Properties();
        var type = Find(fields, "type") is { IsNull: false } named ? named.Text() : "message";
        var read = new ResponseItem { Id = $"{index}", Type = type };
        foreach (var field in fields.Where(field => field.Name != "type" && !field.IsNull))
            read = type switch
            {
                "message" => Message(read, field),
                "function_call" => Call(read, field),
                "function_call_output" => Output(read, field),
                _ => throw Find(fields, "type")!.Value.Unsupported(
                    "must be \"message\", \"function_call\" or \"function_call_output\": other kinds of items are not supported."),
            };
        Require(item, read, fields);
        return read;
    }

    private static void Require(JsonField item, ResponseItem read, IReadOnlyList<JsonField> fields)
    {
        string[] needed = read.Type switch
        {
            "message" => ["role", "content"],
            "function_call" => ["call_id", "name", "arguments"],
            _ => ["call_id", "output"],
        };
        foreach (var name in needed)
            if (Find(fields, name) is not { IsNull: false }) throw item.Missing(name);
    }

    private static ResponseItem Message(ResponseItem read, JsonField field) => field.Name switch
    {
        "role" => read with { Role = RoleName(field) },
        "content" => read with { Text = Content(field) },
        _ => Known(read, field),
    };

    private static ResponseItem Call(ResponseItem read, JsonField field) => field.Name switch
    {
        "call_id" => read with { CallId = field.Text(IdCharsMax) },
        "name" => read with { Name = field.Text(NameCharsMax) },
        "arguments" => read with { Arguments = field.Text() },
        _ => Known(read, field),
    };

    private static ResponseItem Output(ResponseItem read, JsonField field) => field.Name switch
    {
        "call_id" => read with { CallId = field.Text(IdCharsMax) },
        "output" => read with { Text = Content(field) },
        _ => Known(read, field),
    };

    // What our own items carry comes back when a client sends them again.
    private static ResponseItem Known(ResponseItem read, JsonField field) =>
        field.Name is "id" or "status" ? read : throw field.Unknown();

    private static string RoleName(JsonField field) => field.Text() switch
    {
        "user" or "assistant" or "system" or "developer" => field.Text(),
        _ => throw field.Invalid("must be \"user\", \"assistant\", \"system\" or \"developer\""),
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
        if (type.Text() is not ("input_text" or "output_text" or "text"))
            throw type.Unsupported("must be \"input_text\" or \"output_text\": other kinds of content are not supported.");
        foreach (var field in fields)
            if (field.Name is not ("type" or "text" or "annotations" or "logprobs")) throw field.Unknown();
        return (Find(fields, "text") ?? throw part.Missing("text")).Text();
    }

    private static JsonField? Find(IEnumerable<JsonField> fields, string name)
    {
        foreach (var field in fields)
            if (field.Name == name) return field;
        return null;
    }
}
