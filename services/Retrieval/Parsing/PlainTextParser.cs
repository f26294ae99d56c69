using System.Text;

namespace Millrace.Retrieval.Parsing;

/// <summary>Plain text: paragraphs between blank lines; lines that an editor wrapped are joined again.</summary>
internal sealed class PlainTextParser : IDocumentParser
{
    /// <inheritdoc/>
    public IReadOnlyCollection<string> MediaTypes => [Parsing.MediaTypes.PlainText];

    /// <inheritdoc/>
    public void Parse(DocumentSource source, DocumentTextBuilder builder) => WrappedText.Add(source.Lines(), builder);
}

/// <summary>Text whose lines may have been wrapped at a column.</summary>
internal static class WrappedText
{
    // Editors wrap at 65 to 80 columns; a shorter line ended because its author ended it.
    private const int WrappedLineCharsMin = 60;

    /// <summary>Adds the paragraphs of a text.</summary>
    public static void Add(ReadOnlySpan<char> source, DocumentTextBuilder builder)
    {
        var paragraph = new StringBuilder();
        var previousLength = 0;
        foreach (var line in source.EnumerateLines())
        {
            var text = Whitespace.Collapse(line);
            if (text.Length == 0) Flush(paragraph, builder);
            else if (paragraph.Length == 0) paragraph.Append(text);
            else paragraph.Append(IsWrapped(previousLength, text) ? ' ' : '\n').Append(text);
            previousLength = text.Length;
        }

        Flush(paragraph, builder);
    }

    private static bool IsWrapped(int previousLength, string line) =>
        previousLength >= WrappedLineCharsMin && (char.IsLetter(line[0]) || line[0] is '(' or '"' or '\'');

    private static void Flush(StringBuilder paragraph, DocumentTextBuilder builder)
    {
        if (paragraph.Length == 0) return;
        builder.AddParagraph(paragraph.ToString());
        paragraph.Clear();
    }
}
