using System.Text.Json;

namespace Millrace.Retrieval.Filtering;

/// <summary>Reads the values of a key.</summary>
internal static class MetadataValues
{
    /// <summary>The values of a key: none where it is missing or null, several where it is a list.</summary>
    public static IEnumerable<FilterValue> Of(DocumentAttributes document, string key) => Own(document, key) is { } own
        ? [FilterValue.Of(own)]
        : Find(document.Metadata, key) is { } found ? Values(found) : [];

    /// <summary>Whether the key is there and not null; of a list, one of its values. Objects have no value to compare, and are
    /// there.</summary>
    public static bool Exists(DocumentAttributes document, string key) =>
        Own(document, key) is not null || (Find(document.Metadata, key) is { } found && IsThere(found));

    // What the platform itself knows of a document.
    private static string? Own(DocumentAttributes document, string key) => key switch
    {
        DocumentKeys.DocumentId => document.DocumentId,
        DocumentKeys.MediaType => document.MediaType,
        DocumentKeys.Title => document.Title,
        DocumentKeys.UpdatedAt => Instants.Format(document.UpdatedAt),
        _ => null,
    };

    // A dot leads into an object. Objects within lists are not looked into: no store could say which of them matched.
    private static JsonElement? Find(JsonElement metadata, ReadOnlySpan<char> path)
    {
        var current = metadata;
        foreach (var segment in path.Split('.'))
            if (current.ValueKind != JsonValueKind.Object || !current.TryGetProperty(path[segment], out current)) return null;
        return current;
    }

    private static bool IsThere(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? element.EnumerateArray().Any(value => value.ValueKind != JsonValueKind.Null)
        : element.ValueKind != JsonValueKind.Null;

    private static IEnumerable<FilterValue> Values(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? element.EnumerateArray().SelectMany(Scalar)
        : Scalar(element);

    // Half of a surrogate pair, written as an escape, is no text that anything could be compared with.
    private static string? Text(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static IEnumerable<FilterValue> Scalar(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => Text(element) is { } text ? [FilterValue.Of(text)] : [],
        JsonValueKind.Number => [FilterValue.Of(element.GetDouble())],
        JsonValueKind.True or JsonValueKind.False => [FilterValue.Of(element.GetBoolean())],
        _ => [],
    };
}
