using System.Text.RegularExpressions;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Ingestion;

/// <summary>What names may be.</summary>
internal static partial class UploadRules
{
    private const int DocumentIdCharsMax = 512;

    /// <summary>Whether a collection may be called so.</summary>
    public static bool IsCollectionName(string name) => CollectionName().IsMatch(name);

    /// <summary>Refuses a collection's name that is not valid.</summary>
    public static void RequireCollectionName(string name, string param)
    {
        if (!IsCollectionName(name))
            throw MillraceException.InvalidArgument(
                param,
                $"{param} is '{Shortened(name)}'. A collection's name has 1 to 64 letters, digits, "
                + "hyphens, underscores and dots (A-Z, a-z, 0-9, -, _, .).");
    }

    /// <summary>Refuses a document's id that is not valid.</summary>
    public static void RequireDocumentId(string id)
    {
        if (id.Length is 0 or > DocumentIdCharsMax || id.Any(char.IsControl) || !string.Equals(id, id.Trim(), StringComparison.Ordinal))
            throw MillraceException.InvalidArgument(
                "document_id",
                $"document_id is '{Shortened(id)}'. It has 1 to {DocumentIdCharsMax} characters, no control characters and no white "
                + "space at its ends.");
    }

    /// <summary>The beginning of a text, for messages.</summary>
    public static string Shortened(string text) => text.Length <= 80 ? text : text[..80] + "…";

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,64}\z")]
    private static partial Regex CollectionName();
}
