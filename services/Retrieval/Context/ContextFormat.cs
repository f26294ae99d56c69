using System.Globalization;
using Millrace.Retrieval.Parsing;

namespace Millrace.Retrieval.Context;

/// <summary>The context's text: the format that the built-in chat model was trained on.</summary>
internal static class ContextFormat
{
    /// <summary>What stands between two passages.</summary>
    public const string Separator = "\n\n---\n\n";

    /// <summary>All passages; the first has number 1.</summary>
    public static string Render(IReadOnlyList<ContextPassage> passages) =>
        string.Join(Separator, passages.Select((one, i) => Block(i + 1, one.Passage.Document.DocumentId, one.Passage.Text)));

    /// <summary>One passage with its number and its source.</summary>
    public static string Block(int number, string source, string text) =>
        string.Create(CultureInfo.InvariantCulture, $"[{number}] (Source: {source})\n{Whitespace.OneParagraphPerLine(text)}");
}
