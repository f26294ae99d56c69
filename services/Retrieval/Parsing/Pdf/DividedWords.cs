using System.Text;
using System.Text.RegularExpressions;

namespace Millrace.Retrieval.Parsing.Pdf;

/// <summary>
/// Joins words that were divided at the end of a line. A hyphen that the document writes in the same word elsewhere stays; any other goes
/// with the line's end.
/// </summary>
internal sealed partial class DividedWords
{
    private const char SoftHyphen = '\u00AD';
    private const int HyphenatedMax = 100_000;
    private readonly HashSet<string> _hyphenated = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads what words of a document have a hyphen.</summary>
    public DividedWords(string text)
    {
        for (var match = Hyphenated().Match(text); match.Success && _hyphenated.Count < HyphenatedMax; match = match.NextMatch())
            _hyphenated.Add(match.Value);
    }

    /// <summary>A page with its words whole.</summary>
    public string Join(ReadOnlySpan<char> page)
    {
        var joined = new StringBuilder(page.Length);
        for (var i = 0; i < page.Length; i++)
        {
            var next = NextPart(page, i);
            if (next < 0)
            {
                joined.Append(page[i]);
                continue;
            }

            if (page[i] != SoftHyphen && IsHyphenated(page, i, next)) joined.Append('-');
            i = next - 1;
        }

        return joined.ToString();
    }

    // A word that was divided goes on with a small letter, at the next line's beginning or behind its indentation.
    private static int NextPart(ReadOnlySpan<char> page, int hyphen)
    {
        if (page[hyphen] is not ('-' or SoftHyphen or '\u2010') || hyphen == 0 || !char.IsLetter(page[hyphen - 1])) return -1;
        var next = hyphen + 1;
        while (next < page.Length && page[next] == ' ') next++;
        if (next >= page.Length || page[next] != '\n') return -1;
        next++;
        while (next < page.Length && page[next] == ' ') next++;
        return next < page.Length && char.IsLower(page[next]) ? next : -1;
    }

    private bool IsHyphenated(ReadOnlySpan<char> page, int hyphen, int next)
    {
        var (start, end) = (hyphen, next);
        while (start > 0 && char.IsLetter(page[start - 1])) start--;
        while (end < page.Length && char.IsLetter(page[end])) end++;
        return _hyphenated.Contains($"{page[start..hyphen]}-{page[next..end]}");
    }

    [GeneratedRegex(@"\p{L}+-\p{L}+")]
    private static partial Regex Hyphenated();
}
