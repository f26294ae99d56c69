using System.Globalization;
using System.Text;

namespace Millrace.Retrieval.Parsing.Pdf;

/// <summary>PDF: the text in reading order, page by page; the breadcrumb has the page's number.</summary>
internal sealed class PdfParser : IDocumentParser
{
    /// <inheritdoc/>
    public IReadOnlyCollection<string> MediaTypes => [Parsing.MediaTypes.Pdf];

    /// <inheritdoc/>
    public void Parse(DocumentSource source, DocumentTextBuilder builder)
    {
        var text = PdfToText.Read(source);
        if (string.IsNullOrWhiteSpace(text))
            throw ParsingErrors.Damaged(
                "The PDF has no text; it is probably a scan. Run character recognition on it, and upload the result.");
        AddPages(text, builder);
    }

    /// <summary>Adds the pages of a text in which a form feed ends each page.</summary>
    internal static void AddPages(string text, DocumentTextBuilder builder)
    {
        var number = 0;
        foreach (var range in text.AsSpan().Split('\f'))
        {
            var page = text.AsSpan()[range];
            if (++number > builder.Budget.Limits.PdfPagesMax && !page.IsWhiteSpace())
                throw ParsingErrors.OverLimit(
                    $"The PDF has more than {builder.Budget.Limits.PdfPagesMax} pages.", nameof(ParsingOptions.PdfPagesMax));
            builder.BeginPart(1, string.Create(CultureInfo.InvariantCulture, $"Page {number}"));
            WrappedText.Add(WithoutHyphenation(page), builder);
        }
    }

    // A word that was divided at the end of a line goes on with a small letter.
    private static string WithoutHyphenation(ReadOnlySpan<char> page)
    {
        var text = new StringBuilder(page.Length);
        for (var i = 0; i < page.Length; i++)
        {
            if (IsDivision(page, i)) i++;
            else text.Append(page[i]);
        }

        return text.ToString();
    }

    private static bool IsDivision(ReadOnlySpan<char> page, int i) =>
        page[i] is '-' or '\u00AD' && i > 0 && i + 2 < page.Length && char.IsLetter(page[i - 1]) && page[i + 1] == '\n'
        && char.IsLower(page[i + 2]);
}
