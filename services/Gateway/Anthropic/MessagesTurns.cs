using System.Text.Json;
using Millrace.Gateway.Api;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Anthropic;

/// <summary>The messages of Anthropic's API as the pipeline's turns: a result of a tool is a turn of its own.</summary>
internal static class MessagesTurns
{
    private const int MessagesMax = 1024;
    private const int BlocksMax = 1024;
    private const int IdCharsMax = 256;
    private const string ErrorPrefix = "Error: ";

    /// <summary>Reads the messages, oldest first.</summary>
    public static IReadOnlyList<ChatTurn> Read(JsonField field) => [.. field.Items(1, MessagesMax).SelectMany(ReadMessage)];

    /// <summary>Reads a text, or text blocks, which are joined by line breaks.</summary>
    public static string Texts(JsonField field) => field.Kind == JsonValueKind.String
        ? field.Text()
        : string.Join('\n', field.Items(0, BlocksMax).Select(block => TextOf(MessagesBlock.Read(block))));

    private static IReadOnlyList<ChatTurn> ReadMessage(JsonField message)
    {
        JsonField? role = null;
        JsonField? content = null;
        foreach (var field in message.Properties())
        {
            if (field.Name == "role") role = field;
            else if (field.Name == "content") content = field;
            else throw field.Unknown();
        }

        var author = role ?? throw message.Missing("role");
        var said = content ?? throw message.Missing("content");
        return author.Text() switch
        {
            "user" => User(said),
            "assistant" => [Assistant(said)],
            _ => throw author.Invalid("must be \"user\" or \"assistant\"; instructions go into 'system'"),
        };
    }

    private static List<ChatTurn> User(JsonField content)
    {
        if (content.Kind == JsonValueKind.String) return [new ChatTurn(ChatRole.User, content.Text())];
        List<ChatTurn> turns = [];
        foreach (var block in content.Items(1, BlocksMax).Select(MessagesBlock.Read))
        {
            if (block.Type.Text() == "tool_result") turns.Add(Result(block));
            else if (turns is [.., { Role: ChatRole.User } last]) turns[^1] = last with { Content = $"{last.Content}\n{TextOf(block)}" };
            else turns.Add(new ChatTurn(ChatRole.User, TextOf(block)));
        }

        return turns;
    }

    private static ChatTurn Assistant(JsonField content)
    {
        if (content.Kind == JsonValueKind.String) return new ChatTurn(ChatRole.Assistant, content.Text());
        List<string> texts = [];
        List<ChatToolCall> calls = [];
        foreach (var block in content.Items(0, BlocksMax).Select(MessagesBlock.Read))
        {
            if (block.Type.Text() == "tool_use") calls.Add(Call(block));
            else texts.Add(TextOf(block));
        }

        return new ChatTurn(ChatRole.Assistant, string.Join('\n', texts)) { ToolCalls = calls };
    }

    private static string TextOf(MessagesBlock block)
    {
        if (block.Type.Text() != "text")
            throw block.Type.Unsupported("must be \"text\" here: images, documents and other kinds of content are not supported.");
        if (block.Find("citations") is { IsNull: false } citations && citations.Items(0, int.MaxValue).Count > 0)
            throw citations.Unsupported("is not supported in a message. Leave it out.");
        block.RequireOnly("text", "citations");
        return block.Require("text").Text();
    }

    private static ChatToolCall Call(MessagesBlock block)
    {
        block.RequireOnly("id", "name", "input");
        var input = block.Require("input");
        input.Properties();
        input.RequireUnicode();
        return new ChatToolCall(
            block.Require("id").Text(IdCharsMax), block.Require("name").Text(MessagesTools.NameCharsMax), input.Value.GetRawText());
    }

    private static ChatTurn Result(MessagesBlock block)
    {
        block.RequireOnly("tool_use_id", "content", "is_error");
        var text = block.Find("content") is { IsNull: false } content ? Texts(content) : string.Empty;
        var failed = block.Find("is_error") is { IsNull: false } error && error.Boolean();
        return new ChatTurn(ChatRole.Tool, failed ? ErrorPrefix + text : text)
        {
            ToolCallId = block.Require("tool_use_id").Text(IdCharsMax),
        };
    }
}
