using System.Text.Json;
using Millrace.Contracts.Sessions.V1;
using Millrace.Gateway.Api.Tools;
using Millrace.ServiceDefaults.Calls;

namespace Millrace.Gateway.Api.Conversations;

/// <summary>
/// The items of a conversation. Calls of functions that stand in a row belong to one message: that of the assistant directly before them,
/// if there is one.
/// </summary>
internal static class ItemsReader
{
    private const int ItemsMax = 20;
    private const int PartsMax = 64;
    private const int NameLengthMax = 128;

    /// <summary>Reads the items, oldest first.</summary>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">One is wrong; the exception names the field.</exception>
    public static IReadOnlyList<Message> Read(JsonField field)
    {
        List<Message> messages = [];
        foreach (var item in field.Items(0, ItemsMax))
        {
            var fields = item.Properties();
            var type = fields.Where(given => given.Name == "type").Select(given => given.Text()).FirstOrDefault("message");
            if (type == "message") messages.Add(ReadMessage(item, fields));
            else if (type == "function_call_output") messages.Add(ReadResult(item, fields));
            else if (type == "function_call") AddCall(messages, item, fields);
            else throw fields.First(given => given.Name == "type").Unsupported(
                "must be \"message\", \"function_call\" or \"function_call_output\": other kinds of items are not kept.");
        }

        return messages;
    }

    private static Message ReadMessage(JsonField item, IReadOnlyList<JsonField> fields)
    {
        var message = New();
        var hasContent = false;
        foreach (var field in fields)
        {
            if (field.Name == "role") message.Role = Role(field);
            else if (field.Name == "content") (message.Content, hasContent) = (Content(field), true);
            else if (field.Name == "name" && !field.IsNull) message.Name = field.Text(NameLengthMax);
            else ReadCommon(message, field);
        }

        if (message.Role == MessageRole.Unspecified) throw item.Missing("role");
        return hasContent ? message : throw item.Missing("content");
    }

    private static Message ReadResult(JsonField item, IReadOnlyList<JsonField> fields)
    {
        var message = New();
        message.Role = MessageRole.Tool;
        var hasOutput = false;
        foreach (var field in fields)
        {
            if (field.Name == "call_id") message.ToolCallId = ToolCallsReader.Id(field);
            else if (field.Name == "output") (message.Content, hasOutput) = (Content(field), true);
            else ReadCommon(message, field);
        }

        if (message.ToolCallId.Length == 0) throw item.Missing("call_id");
        return hasOutput ? message : throw item.Missing("output");
    }

    private static void AddCall(List<Message> messages, JsonField item, IReadOnlyList<JsonField> fields)
    {
        var call = new ToolCall();
        var message = New();
        message.Role = MessageRole.Assistant;
        var hasArguments = false;
        foreach (var field in fields)
        {
            if (field.Name == "call_id") call.Id = ToolCallsReader.Id(field);
            else if (field.Name == "name") call.Name = ToolsReader.Name(field);
            else if (field.Name == "arguments") (call.Arguments, hasArguments) = (field.Text(), true);
            else ReadCommon(message, field);
        }

        if (call.Id.Length == 0) throw item.Missing("call_id");
        if (call.Name.Length == 0) throw item.Missing("name");
        if (!hasArguments) throw item.Missing("arguments");
        if (messages.LastOrDefault() is not { Role: MessageRole.Assistant }) messages.Add(message);
        messages[^1].ToolCalls.Add(call);
    }

    // What items carry when they come back as they were told.
    private static void ReadCommon(Message message, JsonField field)
    {
        if (field.Name == "id" && !field.IsNull) message.Id = ItemIds.MessageOf(field.Text(128));
        else if (field.Name is not ("type" or "id" or "status" or "name" or "millrace")) throw field.Unknown();
    }

    private static Message New() => new() { Id = $"msg_{CallContext.NewRequestId()["req_".Length..]}" };

    private static MessageRole Role(JsonField field) => field.Text() switch
    {
        "system" or "developer" => MessageRole.System,
        "user" => MessageRole.User,
        "assistant" => MessageRole.Assistant,
        "tool" => throw field.Unsupported("must not be \"tool\": send an item of the type \"function_call_output\"."),
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
        string? text = null;
        foreach (var field in part.Properties())
        {
            if (field.Name == "type" && field.Text() is not ("input_text" or "output_text" or "text"))
                throw field.Unsupported("must be \"input_text\" or \"output_text\": other kinds of content are not kept.");
            if (field.Name == "text") text = field.Text();
            else if (field.Name is not ("type" or "annotations" or "logprobs")) throw field.Unknown();
        }

        return text ?? throw part.Missing("text");
    }
}
