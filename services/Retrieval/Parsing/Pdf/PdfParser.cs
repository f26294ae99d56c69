using System.Globalization;

namespace Millrace.Retrieval.Parsing.Pdf;

/// <summary>PDF: the text in reading order, page by page; the breadcrumb has the page's number. What is printed on most pages is read once.
/// </summary>
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
        var pages = Pages(text, builder.Budget);
        var words = new DividedWords(text);
        foreach (var (i, page) in RepeatedLines.Without(pages).Index())
        {
            builder.BeginPart(1, string.Create(CultureInfo.InvariantCulture, $"Page {i + 1}"));
            WrappedText.Add(words.Join(page), builder);
        }
    }

    private static List<string> Pages(string text, ParsingBudget budget)
    {
        List<string> pages = [];
        foreach (var range in text.AsSpan().Split('\f'))
        {
            var page = text[range];
            if (pages.Count >= budget.Limits.PdfPagesMax && !string.IsNullOrWhiteSpace(page))
                throw ParsingErrors.OverLimit(
                    $"The PDF has more than {budget.Limits.PdfPagesMax} pages.", nameof(ParsingOptions.PdfPagesMax));
            if (pages.Count < budget.Limits.PdfPagesMax) pages.Add(page);
        }

        return pages;
    }
}
