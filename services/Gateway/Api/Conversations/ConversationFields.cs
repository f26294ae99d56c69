using System.Text.Json;
using Millrace.Contracts.Sessions.V1;

namespace Millrace.Gateway.Api.Conversations;

/// <summary>A body that says something of a conversation; null members were not in it.</summary>
internal sealed record ConversationFields(string? Title, Dictionary<string, string>? Metadata, IReadOnlyList<Message> Items, string? Parent)
{
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
            else if (field.Name == "items") read = read with { Items = ItemsReader.Read(field) };
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
}
