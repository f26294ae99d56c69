using System.Text;
using Millrace.Retrieval.Index.Words;

namespace Millrace.Retrieval.Index.Embedded.Words;

/// <summary>
/// The words of a chunk as they are stored: their stems with a blank after each, and a line end after title and breadcrumb. A stem has
/// letters, digits and marks only, so that neither is part of one.
/// </summary>
internal static class ChunkStems
{
    /// <summary>Stands after a word.</summary>
    public const char WordEnd = ' ';

    /// <summary>Stands after a field.</summary>
    public const char FieldEnd = '\n';

    /// <summary>The stems of a chunk.</summary>
    public static string Of(ChunkWords words)
    {
        var stems = new StringBuilder();
        Append(stems, words.Title);
        Append(stems.Append(FieldEnd), words.Breadcrumb);
        Append(stems.Append(FieldEnd), words.Body);
        return stems.ToString();
    }

    private static void Append(StringBuilder stems, string text)
    {
        foreach (var token in WordTokens.Of(text)) stems.Append(token.Stem).Append(WordEnd);
    }
}
