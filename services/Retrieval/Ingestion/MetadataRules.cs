using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Ingestion;

/// <summary>What an application may say of a document.</summary>
internal static class MetadataRules
{
    private const int EntriesMax = 64;
    private const int KeyCharsMax = 128;
    private const int ValueCharsMax = 4096;
    private const int JsonBytesMax = 16 * 1024;
    private const int JsonDepthMax = 16;
    private const int LabelsMax = 64;
    private const int LabelCharsMax = 128;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = JsonDepthMax, AllowDuplicateProperties = false };

    /// <summary>Joins both forms of metadata; where both have a key, the JSON's entry wins.</summary>
    /// <param name="entries">Texts by key.</param>
    /// <param name="json">A JSON object; empty for none.</param>
    /// <exception cref="MillraceException">One of them is not valid.</exception>
    public static JsonElement Merge(IReadOnlyDictionary<string, string> entries, string json)
    {
        RequireEntries(entries);
        var stated = json.Length == 0 ? StoreJson.EmptyObject : Parse(json);
        if (entries.Count == 0) return stated;
        var merged = new JsonObject();
        foreach (var (key, value) in entries) merged[key] = value;
        foreach (var property in stated.EnumerateObject()) merged[property.Name] = JsonSerializer.SerializeToNode(property.Value);
        return JsonSerializer.SerializeToElement(merged);
    }

    /// <summary>Reads metadata.</summary>
    /// <exception cref="MillraceException">It is not a JSON object, too large or too deep.</exception>
    public static JsonElement Parse(string json)
    {
        var bytes = Encoding.UTF8.GetByteCount(json);
        if (bytes > JsonBytesMax)
            throw MillraceException.InvalidArgument(
                "metadata_json", $"metadata_json has {bytes} bytes. At most {JsonBytesMax} are allowed.");
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw NotAnObject("it is a JSON value of another kind");
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw NotAnObject(error.Message);
        }
    }

    /// <summary>Checks labels; one that is there twice counts once.</summary>
    /// <exception cref="MillraceException">There are too many, or one is too long.</exception>
    public static IReadOnlyList<string> Labels(IReadOnlyList<string> labels)
    {
        if (labels.Count > LabelsMax)
            throw MillraceException.InvalidArgument(
                "access_labels", $"access_labels has {labels.Count} labels. At most {LabelsMax} are allowed.");
        if (labels.Any(label => label.Length is 0 or > LabelCharsMax))
            throw MillraceException.InvalidArgument("access_labels", $"A label has 1 to {LabelCharsMax} characters.");
        return [.. labels.Distinct(StringComparer.Ordinal)];
    }

    private static void RequireEntries(IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.Count > EntriesMax)
            throw MillraceException.InvalidArgument(
                "metadata", $"metadata has {metadata.Count} entries. At most {EntriesMax} are allowed; metadata_json may have more.");
        foreach (var (key, value) in metadata)
            if (key.Length is 0 or > KeyCharsMax || value.Length > ValueCharsMax)
                throw MillraceException.InvalidArgument(
                    "metadata",
                    $"metadata '{UploadRules.Shortened(key)}' is not valid: a key has 1 to {KeyCharsMax} characters, a value at most "
                    + $"{ValueCharsMax}.");
    }

    private static MillraceException NotAnObject(string why) => MillraceException.InvalidArgument(
        "metadata_json", $"metadata_json is not a JSON object of at most {JsonDepthMax} levels: {why}");
}
