using System.Text;

namespace Millrace.Retrieval.Parsing;

/// <summary>Plain text: paragraphs between blank lines; lines that an editor wrapped are joined again.</summary>
internal sealed class PlainTextParser : IDocumentParser
{
    // Editors wrap at 65 to 80 columns; a shorter line ended because its author ended it.
    private const int WrappedLineCharsMin = 60;

    /// <inheritdoc/>
    public string MediaType => MediaTypes.PlainText;

    /// <inheritdoc/>
    public void Parse(string source, DocumentTextBuilder builder)
    {
        var paragraph = new StringBuilder();
        var previousLength = 0;
        foreach (var line in source.AsSpan().EnumerateLines())
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
