using System.Collections.Frozen;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Parsing;

/// <summary>
/// A look at the tags before a library reads them: it compares each attribute of a tag with all others, and may look through all open
/// elements at each tag.
/// </summary>
internal static class HtmlTags
{
    private const int AttributesMax = 4_000;
    private const int OpenMax = 3_000;
    private const int NameCharsMax = 16;

    // Elements that nothing has to close.
    private static readonly FrozenSet<string> Unclosed = FrozenSet.ToFrozenSet(
        [
            "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "caption", "colgroup", "option", "optgroup", "rb", "rt",
            "rtc", "rp", "html", "head", "body", "br", "img", "hr", "input", "meta", "link", "area", "base", "col", "embed", "source",
            "track", "wbr", "param", "frame", "keygen", "basefont",
        ],
        StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Raw = FrozenSet.ToFrozenSet(
        ["script", "style", "textarea", "title", "xmp"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Refuses a page with a tag that has too many attributes, or with too many elements that are not closed.</summary>
    public static void RequireReadable(string html, ParsingBudget budget)
    {
        var open = 0;
        for (var start = html.IndexOf('<', StringComparison.Ordinal); start >= 0; start = Next(html, start))
        {
            var tag = html.AsSpan(start + 1);
            start += 1 + TagLength(tag, budget);
            if (tag is ['/', ..]) open = Math.Max(0, open - Weight(tag[1..]));
            else open += Weight(tag);
            if (open > OpenMax) throw Refusal($"The page has more than {OpenMax} elements that are not closed. Close them", budget);
            if (tag is ['!', '-', '-', ..]) start = After(html, start, "-->");
            else if (Contains(Raw, tag)) start = After(html, start, $"</{Name(tag)}");
        }
    }

    /// <summary>Refuses a text with a tag that has too many attributes.</summary>
    public static void RequireFewAttributes(string text, ParsingBudget budget)
    {
        for (var start = text.IndexOf('<', StringComparison.Ordinal); start >= 0; start = Next(text, start))
            start += 1 + TagLength(text.AsSpan(start + 1), budget);
    }

    private static int Next(string html, int start) => start >= html.Length ? -1 : html.IndexOf('<', start);

    // Where the end is missing, the rest of the page is no tags.
    private static int After(string html, int start, string end)
    {
        var index = start >= html.Length ? -1 : html.IndexOf(end, start, StringComparison.OrdinalIgnoreCase);
        return index < 0 ? html.Length : index;
    }

    private static int Weight(ReadOnlySpan<char> tag) =>
        tag is [var first, ..] && char.IsAsciiLetter(first) && !Contains(Unclosed, tag) ? 1 : 0;

    private static bool Contains(FrozenSet<string> names, ReadOnlySpan<char> tag) =>
        Name(tag) is { Length: > 0 } name && names.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name);

    private static ReadOnlySpan<char> Name(ReadOnlySpan<char> tag)
    {
        var length = 0;
        while (length < tag.Length && length <= NameCharsMax && char.IsAsciiLetterOrDigit(tag[length])) length++;
        return tag[..length];
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
            else if (IsSeparator(tag, i) && ++attributes > AttributesMax)
                throw Refusal($"The document has a tag with more than {AttributesMax} attributes. Remove it", budget);
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

    private static MillraceException Refusal(string what, ParsingBudget budget)
    {
        budget.Stop.ThrowIfCancellationRequested();
        return ParsingErrors.Damaged($"{what}, or upload the document's text.");
    }
}
