using Millrace.Retrieval.Filtering;

namespace Millrace.Retrieval.Index.Qdrant;

/// <summary>Names of vectors and payload fields, and the paths that lead to a key's values.</summary>
internal static class QdrantFields
{
    /// <summary>The vector by meaning.</summary>
    public const string Dense = "dense";

    /// <summary>The vector by words.</summary>
    public const string Words = "words";

    /// <summary>Row of the document.</summary>
    public const string Document = "document";

    /// <summary>Labels as <see cref="Label"/> writes them, or <see cref="Public"/>.</summary>
    public const string Labels = "labels";

    /// <summary>What the field of labels holds when a document has none; no label is written so.</summary>
    public const string Public = "*";

    /// <summary>Paths of the metadata that lead to something: what exists.</summary>
    public const string Keys = "keys";

    /// <summary>The metadata: objects as they are, below them texts, numbers and booleans or lists of them.</summary>
    public const string Metadata = "metadata";

    /// <summary>The texts that are points in time, at the paths of their keys. Apart from the metadata, since Qdrant takes more texts for
    /// points in time than Millrace does, such as dates without a time.</summary>
    public const string Instants = "instants";

    /// <summary>When the content last changed.</summary>
    public const string UpdatedAt = "updated_at";

    private static readonly Dictionary<string, string> Own = new(StringComparer.Ordinal)
    {
        [DocumentKeys.DocumentId] = "document_id",
        [DocumentKeys.MediaType] = "media_type",
        [DocumentKeys.Title] = "title",
        [DocumentKeys.UpdatedAt] = UpdatedAt,
    };

    /// <summary>A label as it is stored.</summary>
    public static string Label(string label) => $"={label}";

    /// <summary>The field of what the platform knows of a document; null for a key of the metadata.</summary>
    public static string? OwnField(string key) => Own.GetValueOrDefault(key);

    /// <summary>Path to the values of a key.</summary>
    public static string ValuesPath(string key) => OwnField(key) ?? Path(Metadata, key);

    /// <summary>Path to those values of a key that are points in time.</summary>
    public static string InstantsPath(string key) => key == DocumentKeys.UpdatedAt ? UpdatedAt : Path(Instants, key);

    /// <summary>The names below a root that lead to a key's values, as they are stored.</summary>
    public static IEnumerable<string> Steps(string key) => key.Split('.').Select(Encode);

    // Qdrant's paths have no way to write a quote or a backslash; what takes their place begins with a character that is replaced too.
    private static string Encode(string segment) => segment.Length == 0 ? "%" : segment
        .Replace("%", "%25", StringComparison.Ordinal)
        .Replace("\"", "%22", StringComparison.Ordinal)
        .Replace("\\", "%5C", StringComparison.Ordinal);

    private static string Path(string root, string key) => string.Join('.', Steps(key).Select(Quote).Prepend(root));

    private static string Quote(string step) =>
        step.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? step : $"\"{step}\"";
}
