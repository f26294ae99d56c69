using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.CustomPatterns;

/// <summary>A compiled pattern: finds the longest match at a position. Immutable.</summary>
internal sealed class CustomPattern
{
    /// <summary>Longest pattern, in UTF-16 code units.</summary>
    public const int PatternCharsMax = 1_024;

    private const int AsciiCount = 128;
    private const string Boundary = "\\b";

    private readonly Dfa _dfa;
    private readonly int? _lengthMax;
    private readonly bool _endsAtBoundary;

    private CustomPattern(string pattern, bool ignoreCase)
    {
        StartsAtBoundary = pattern.StartsWith(Boundary, StringComparison.Ordinal);
        var inner = pattern[(StartsAtBoundary ? Boundary.Length : 0)..];
        _endsAtBoundary = EndsWithBoundary(inner);
        if (_endsAtBoundary) inner = inner[..^Boundary.Length];

        var node = PatternParser.Parse(inner, ignoreCase);
        if (node is ChoiceNode && (StartsAtBoundary || _endsAtBoundary))
            throw new PatternException("\\b would belong to one alternative only. Put the alternatives into a group: \\b(?:a|b)\\b.");
        _lengthMax = node.CharsMax;
        var nfa = new Nfa(node);
        IsAscii = nfa.Sets.All(set => set.Ranges[^1].Last < AsciiCount);
        _dfa = new Dfa(nfa);
        if (_dfa.Accepts(Dfa.Start)) throw new PatternException("it matches the empty text, so it would be found everywhere.");
    }

    /// <summary>Whether a match starts where a word does.</summary>
    public bool StartsAtBoundary { get; }

    /// <summary>Whether it matches ASCII characters alone, so that letters which only look like them are meant too.</summary>
    public bool IsAscii { get; }

    /// <summary>Most characters that have to be looked at; null when there is no most.</summary>
    public int? CharsMax => _lengthMax + (_endsAtBoundary ? 1 : 0);

    /// <summary>Compiles a pattern.</summary>
    /// <exception cref="PatternException">It cannot be used.</exception>
    public static CustomPattern Compile(string pattern, bool ignoreCase) => pattern.Length is > 0 and <= PatternCharsMax
        ? new CustomPattern(pattern, ignoreCase)
        : throw new PatternException($"it is empty or longer than {PatternCharsMax} characters.");

    /// <summary>Whether a match may start with a character.</summary>
    public bool CanStart(char first) => _dfa.Next(Dfa.Start, first) != Dfa.Dead;

    /// <summary>Whether a match may have a character second.</summary>
    public bool CanBeSecond(char second) =>
        _dfa.Following(Dfa.Start).Any(state => _dfa.Accepts(state) || _dfa.Next(state, second) != Dfa.Dead);

    /// <summary>Length of the longest match at a position; 0 for none, -1 when it depends on text that has not come.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">The position.</param>
    /// <param name="isEnd">Whether no more text follows.</param>
    /// <param name="charsMax">Most characters that are looked at.</param>
    public int Match(ReadOnlySpan<char> text, int start, bool isEnd, int charsMax)
    {
        if (StartsAtBoundary && start > 0 && Chars.IsWord(text[start - 1]) == Chars.IsWord(text[start])) return 0;
        if (StartsAtBoundary && start == 0 && !Chars.IsWord(text[start])) return 0;

        var known = text[start..];
        var lengthMax = charsMax - (_endsAtBoundary ? 1 : 0);
        var (state, found) = (Dfa.Start, 0);
        for (var length = 1; length <= Math.Min(known.Length, lengthMax); length++)
        {
            state = _dfa.Next(state, known[length - 1]);
            if (state == Dfa.Dead) return found;
            if (_dfa.Accepts(state))
            {
                if (_endsAtBoundary && length == known.Length && !isEnd) return -1;
                if (!_endsAtBoundary || IsBoundary(known, length)) found = length;
            }

            if (!_dfa.Grows(state)) return found;
        }

        return isEnd || known.Length >= lengthMax ? found : -1;
    }

    private static bool IsBoundary(ReadOnlySpan<char> text, int at) =>
        Chars.IsWord(text[at - 1]) != (at < text.Length && Chars.IsWord(text[at]));

    // An even number of backslashes before it leaves the last one a character of its own.
    private static bool EndsWithBoundary(string pattern)
    {
        if (!pattern.EndsWith(Boundary, StringComparison.Ordinal)) return false;
        var slashes = pattern.AsSpan()[..^1].Length - pattern.AsSpan()[..^1].TrimEnd('\\').Length;
        return slashes % 2 == 1;
    }
}
