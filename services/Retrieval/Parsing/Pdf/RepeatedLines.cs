using System.Globalization;
using System.Text.RegularExpressions;

namespace Millrace.Retrieval.Parsing.Pdf;

/// <summary>
/// Takes out the lines that stand at the top or at the bottom of most pages, or of most left or most right ones: titles that are printed on
/// each page, and page numbers. The first of them stays where it is, so that its words can be found; a bare number goes from all pages.
/// </summary>
internal sealed partial class RepeatedLines
{
    // On fewer pages, what stands twice may stand there by chance.
    private const int PagesMin = 3;
    private const int LinesPerEdgeMax = 3;
    private const int LineCharsMax = 200;
    private const int NumbersPerLineMax = 4;

    private readonly List<Page> _pages;

    private RepeatedLines(IReadOnlyList<string> pages) =>
        _pages = [.. pages.Select((text, i) => new Page(i, text.Split('\n'))).Where(page => page.HasText)];

    /// <summary>The pages without such lines.</summary>
    /// <param name="pages">The text of each page; lines end with a line feed.</param>
    public static IReadOnlyList<string> Without(IReadOnlyList<string> pages)
    {
        var repeated = new RepeatedLines(pages);
        if (repeated._pages.Count < PagesMin) return pages;
        repeated.Remove(fromTop: true);
        repeated.Remove(fromTop: false);
        var result = pages.ToArray();
        foreach (var page in repeated._pages.Where(page => page.IsChanged)) result[page.Index] = string.Join('\n', page.Lines);
        return result;
    }

    private void Remove(bool fromTop)
    {
        foreach (var page in _pages) page.Begin(fromTop);
        HashSet<string> seen = [];
        for (var line = 0; line < LinesPerEdgeMax; line++)
        {
            var repeated = Repeated();
            if (repeated.Count == 0) return;
            foreach (var page in _pages)
                if (Keys(page).FirstOrDefault(repeated.Contains) is { } key)
                    page.Pass(remove: IsPageNumber(page.Line, key) || !seen.Add(key));
        }
    }

    private HashSet<string> Repeated()
    {
        var counts = new Dictionary<string, (int Even, int Odd)>(StringComparer.Ordinal);
        foreach (var page in _pages)
            foreach (var key in Keys(page))
            {
                var (even, odd) = counts.GetValueOrDefault(key);
                counts[key] = page.IsEven ? (even + 1, odd) : (even, odd + 1);
            }

        var evenPages = _pages.Count(page => page.IsEven);
        return
        [
            .. counts.Where(entry => IsMost(entry.Value.Even + entry.Value.Odd, _pages.Count) || IsMost(entry.Value.Even, evenPages)
                || IsMost(entry.Value.Odd, _pages.Count - evenPages)).Select(entry => entry.Key),
        ];
    }

    private static bool IsMost(int count, int pages) => count >= PagesMin && count * 2 > pages;

    // A line is the same as on other pages by itself, or but for one number that grows as the page does. "Step 3" at the top of the third
    // page may well be a heading, so that a line with a single word is none there.
    private static IEnumerable<string> Keys(Page page)
    {
        var line = page.Line;
        if (line.Length is 0 or > LineCharsMax) yield break;
        yield return line;
        if (page.IsFromTop && HasLetters(line) && line.Count(c => c == ' ') < 2) yield break;
        foreach (var number in PageNumber().Matches(line).Take(NumbersPerLineMax))
        {
            var difference = int.Parse(number.ValueSpan, CultureInfo.InvariantCulture) - page.Index;
            yield return string.Create(
                CultureInfo.InvariantCulture, $"{line.AsSpan(0, number.Index)}\0{difference}\0{line.AsSpan(number.Index + number.Length)}");
        }
    }

    private static bool IsPageNumber(string line, string key) => key != line && !HasLetters(line);

    private static bool HasLetters(string line) => line.Any(char.IsLetter);

    // At the line's beginning, at its end, or before the number of all pages.
    [GeneratedRegex(@"(?<=^\W*)[0-9]{1,6}\b|\b[0-9]{1,6}(?=\W*$|\s*(?:/|of|von|de|sur|di|van)\s*[0-9]+\W*$)")]
    private static partial Regex PageNumber();

    /// <summary>A page, and how far its edge was looked at.</summary>
    private sealed class Page(int index, string[] lines)
    {
        private int _at;

        public int Index => index;

        public bool IsEven => index % 2 == 0;

        public string[] Lines => lines;

        public bool HasText => lines.Any(line => !string.IsNullOrWhiteSpace(line));

        public bool IsFromTop { get; private set; }

        public bool IsChanged { get; private set; }

        /// <summary>The line that is looked at, white space collapsed; empty behind the last one.</summary>
        public string Line { get; private set; } = "";

        public void Begin(bool fromTop)
        {
            (IsFromTop, _at) = (fromTop, fromTop ? 0 : lines.Length - 1);
            Settle();
        }

        public void Pass(bool remove)
        {
            if (remove) (lines[_at], IsChanged) = ("", true);
            _at += IsFromTop ? 1 : -1;
            Settle();
        }

        private void Settle()
        {
            while (_at >= 0 && _at < lines.Length && string.IsNullOrWhiteSpace(lines[_at])) _at += IsFromTop ? 1 : -1;
            Line = _at >= 0 && _at < lines.Length ? Whitespace.Collapse(lines[_at]) : "";
        }
    }
}
