using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Parsing;

/// <summary>A look at the tags before the library reads them: it compares each attribute of a tag with all others.</summary>
internal static class HtmlTags
{
    private const int AttributesMax = 4_000;

    /// <summary>Refuses a page, or an XML document, with a tag that has too many attributes.</summary>
    public static void RequireFewAttributes(ReadOnlySpan<char> html, ParsingBudget budget)
    {
        for (var start = html.IndexOf('<'); start >= 0;)
        {
            var tag = html[(start + 1)..];
            start += 1 + TagLength(tag, budget);
            var next = html[start..].IndexOf('<');
            start = next < 0 ? -1 : start + next;
        }
    }

    // Attributes are told by the white space before them. A quote counts only after an equals sign, as the standard has it.
    private static int TagLength(ReadOnlySpan<char> tag, ParsingBudget budget)
    {
        if (tag.Length == 0 || !(char.IsAsciiLetter(tag[0]) || tag[0] == '/')) return 0;
        var attributes = 0;
        for (var i = 1; i < tag.Length; i++)
        {
            if (tag[i] == '>') return i;
            if (tag[i] is '"' or '\'' && IsValue(tag[..i])) i = QuoteEnd(tag, i);
            else if (IsSeparator(tag, i) && ++attributes > AttributesMax) throw TooMany(budget);
        }

        return tag.Length;
    }

    private static bool IsSeparator(ReadOnlySpan<char> tag, int i) =>
        tag[i] == '/' || (char.IsWhiteSpace(tag[i]) && !char.IsWhiteSpace(tag[i - 1]));

    private static bool IsValue(ReadOnlySpan<char> before) => before.TrimEnd() is [.., '='];

    private static int QuoteEnd(ReadOnlySpan<char> tag, int quote)
    {
        var length = tag[(quote + 1)..].IndexOf(tag[quote]);
        return length < 0 ? tag.Length : quote + 1 + length;
    }

    private static MillraceException TooMany(ParsingBudget budget)
    {
        budget.Stop.ThrowIfCancellationRequested();
        return ParsingErrors.Damaged(
            $"The document has a tag with more than {AttributesMax} attributes. Remove it, or upload the document's text.");
    }
}
