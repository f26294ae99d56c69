using Millrace.Guardrails.CustomPatterns;
using Millrace.Guardrails.Detection;
using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Pseudonyms;

/// <summary>
/// Finds the names of one vault in what a model wrote. Models change them a little: a name is found in brackets of any case
/// (<c>&lt;person_1&gt;</c>), with its brackets as entities or behind backslashes, with one bracket lost, and with both lost where it
/// stands alone in capitals. In a web address it stays: what was hidden must not travel to a stranger with a click.
/// </summary>
internal sealed class PseudonymDetector : Detector
{
    private const int BracketCharsMax = 4;

    // Before a name without brackets these make it a variable, a path or a part of something else.
    private const string VariableMarks = "$%{[/\\=.-@#&";

    // From here on scripts are written without spaces, so that an unbroken run is no address.
    private const char UnspacedScripts = '\u2E80';

    private static readonly string[] Opening = ["<", "&lt;", "\\<"];
    private static readonly string[] Closing = [">", "&gt;", "\\>"];

    private readonly TextList _names;
    private readonly bool _isJson;

    /// <summary>Prepares the detector.</summary>
    /// <param name="vault">A vault with names, which does not change while texts are read.</param>
    /// <param name="isJson">Whether the text is JSON, whose strings end at a quote.</param>
    public PseudonymDetector(PseudonymVault vault, bool isJson = false)
    {
        _isJson = isJson;
        _names = new TextList(vault.Texts.Keys);
        CharsMax = _names.Entries.Max(name => name.Length) + (2 * BracketCharsMax) + 1;
    }

    public override IReadOnlyList<string> Rules { get; } = [RuleNames.Restored];

    public override int CharsMax { get; }

    public override Detection.Detection Begin() => new Run(this);

    // Length of the name with its brackets; 0 for none, -1 when it depends on text that has not come.
    private int LengthAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        var known = text[start..];
        if (!char.IsAsciiLetter(known[0]) && known[0] is not ('<' or '&' or '\\')) return 0;
        var opening = BracketLength(known, Opening, isEnd);
        if (opening < 0) return -1;
        if (opening == 0 && (!char.IsAsciiLetter(known[0]) || (start > 0 && Chars.IsWord(text[start - 1])))) return 0;

        var name = NameLength(known[opening..], isEnd);
        if (name <= 0) return name;
        var rest = known[(opening + name)..];
        var closing = rest.IsEmpty && !isEnd ? -1 : BracketLength(rest, Closing, isEnd);
        if (closing < 0) return -1;
        if (opening + closing == 0 && !StandsAlone(text, start, name)) return 0;
        return IsInAddress(text[..start]) ? 0 : opening + name + closing;
    }

    private int NameLength(ReadOnlySpan<char> text, bool isEnd)
    {
        var (node, length) = (TextList.Root, 0);
        for (; length < text.Length && Chars.IsWord(text[length]); length++)
        {
            node = _names.Next(node, char.ToUpperInvariant(text[length]));
            if (node == TextList.None) return 0;
        }

        if (length == text.Length && !isEnd) return -1;
        return _names.EndsAt(node) ? length : 0;
    }

    private static int BracketLength(ReadOnlySpan<char> text, string[] brackets, bool isEnd)
    {
        foreach (var bracket in brackets)
        {
            if (text.StartsWith(bracket, StringComparison.OrdinalIgnoreCase)) return bracket.Length;
            if (isEnd || text.IsEmpty || text.Length > bracket.Length) continue;
            if (bracket.AsSpan().StartsWith(text, StringComparison.OrdinalIgnoreCase)) return -1;
        }

        return 0;
    }

    private static bool StandsAlone(ReadOnlySpan<char> text, int start, int length)
    {
        if (text.Slice(start, length).ContainsAnyInRange('a', 'z')) return false;
        return start == 0 || !VariableMarks.Contains(text[start - 1], StringComparison.Ordinal);
    }

    // A run that is longer than what can be seen of it may have begun as an address.
    private bool IsInAddress(ReadOnlySpan<char> before)
    {
        var seen = before[Math.Max(0, before.Length - Recogniser.LookBehindMax)..];
        var start = seen.Length;
        while (start > 0 && !EndsAddress(seen, start - 1)) start--;
        return (start == 0 && seen.Length == Recogniser.LookBehindMax)
            || seen[start..].Contains("://", StringComparison.Ordinal)
            || seen[start..].Contains("](", StringComparison.Ordinal);
    }

    private bool EndsAddress(ReadOnlySpan<char> text, int at)
    {
        if (_isJson && text[at] == '"') return at == 0 || text[at - 1] != '\\';
        return char.IsWhiteSpace(text[at]) || text[at] >= UnspacedScripts;
    }

    private sealed class Run(PseudonymDetector owner) : Detection.Detection
    {
        public override int Advance(ReadOnlySpan<char> text, int start, bool isEnd, ICandidates found)
        {
            while (start < text.Length)
            {
                var length = owner.LengthAt(text, start, isEnd);
                if (length < 0) break;
                if (length > 0) found.Add(0, start, length, score: 1);
                start += Math.Max(1, length);
            }

            return start;
        }
    }
}
