using System.Text.Json;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Calls;

namespace Millrace.Gateway.Api.Conversations;

/// <summary>A body that says something of a conversation; null members were not in it.</summary>
internal sealed record ConversationFields(string? Title, Dictionary<string, string>? Metadata, IReadOnlyList<Message> Items, string? Parent)
{
    private const int ItemsMax = 20;
    private const int PartsMax = 64;
    private const int MetadataMax = 64;

    /// <summary>Reads a body with some of the fields <c>metadata</c>, <c>items</c> and <c>millrace</c>.</summary>
    public static ConversationFields Read(JsonElement body, params ReadOnlySpan<string> known)
    {
        var read = new ConversationFields(null, null, [], null);
        foreach (var field in JsonField.Root(body).Properties())
        {
            if (!known.Contains(field.Name)) throw field.Unknown();
            if (field.IsNull) continue;
            if (field.Name == "metadata") read = read with { Metadata = ReadMetadata(field) };
            else if (field.Name == "items") read = read with { Items = [.. field.Items(0, ItemsMax).Select(Item)] };
            else read = ReadExtension(read, field);
        }

        return read;
    }

    private static ConversationFields ReadExtension(ConversationFields read, JsonField extension)
    {
        foreach (var field in extension.Properties())
        {
            if (field.Name is not ("title" or "parent_message_id" or "head_message_id")) throw field.Unknown();
            if (field.IsNull) continue;
            if (field.Name == "title") read = read with { Title = field.Text(256) };
            else read = read with { Parent = field.Text(128) };
        }

        return read;
    }

    private static Dictionary<string, string> ReadMetadata(JsonField field)
    {
        var entries = field.Properties();
        if (entries.Count > MetadataMax) throw field.Invalid($"must have at most {MetadataMax} entries");
        return entries.ToDictionary(entry => entry.Name, entry => entry.Text(512));
    }

    private static Message Item(JsonField item)
    {
        var message = new Message { Id = $"msg_{CallContext.NewRequestId()["req_".Length..]}" };
        var hasContent = false;
        foreach (var field in item.Properties())
        {
            if (field.Name == "type") RequireMessage(field);
            else if (field.Name == "role") message.Role = Role(field);
            else if (field.Name == "content") (message.Content, hasContent) = (Content(field), true);
            else if (field.Name == "id" && !field.IsNull) message.Id = field.Text(128);
            else if (field.Name is not ("id" or "status" or "millrace")) throw field.Unknown();
        }

        if (message.Role == MessageRole.Unspecified) throw item.Missing("role");
        return hasContent ? message : throw item.Missing("content");
    }

    private static void RequireMessage(JsonField field)
    {
        if (field.Text() != "message") throw field.Unsupported("must be \"message\": other kinds of items are not kept.");
    }

    private static MessageRole Role(JsonField field) => field.Text() switch
    {
        "system" or "developer" => MessageRole.System,
        "user" => MessageRole.User,
        "assistant" => MessageRole.Assistant,
        "tool" => MessageRole.Tool,
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
