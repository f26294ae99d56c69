using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.CustomPatterns;

/// <summary>Finds the texts of a list, the longest at a position; words of theirs are whole words of the text.</summary>
internal sealed class TextListRecogniser : Recogniser
{
    // White space between the words of a text that is still taken for it.
    private const int SpacesMax = 64;

    private readonly TextList _texts;

    /// <summary>Prepares the recogniser.</summary>
    /// <param name="rule">Id of its rule.</param>
    /// <param name="texts">The texts, at least one.</param>
    public TextListRecogniser(string rule, TextList texts)
    {
        (Rule, _texts) = (rule, texts);
        CharsMax = texts.Entries.Max(text => text.Length) + SpacesMax + 1;
    }

    public override string Rule { get; }

    public override int CharsMax { get; }

    public override bool StartsAtWord => false;

    public override bool StartsWithAscii => false;

    public override bool CanStart(char first) => _texts.Next(TextList.Root, char.ToUpperInvariant(first)) != TextList.None;

    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        if (start > 0 && Chars.IsWord(text[start]) && Chars.IsWord(text[start - 1])) return Match.None;

        var known = text[start..Math.Min(text.Length, start + CharsMax)];
        var (node, length) = (TextList.Root, 0);
        for (var at = 0; at < known.Length; at++)
        {
            var next = Step(node, known[at], isSpaceBefore: at > 0 && char.IsWhiteSpace(known[at - 1]));
            if (next == TextList.None) return Match.FoundIf(length, 1);
            node = next;
            if (!_texts.EndsAt(node) || char.IsWhiteSpace(known[at])) continue;
            if (at + 1 == known.Length && !isEnd) return Match.Undecided;
            if (IsEnd(known, at + 1)) length = at + 1;
        }

        return isEnd || known.Length == CharsMax ? Match.FoundIf(length, 1) : Match.Undecided;
    }

    private int Step(int node, char c, bool isSpaceBefore)
    {
        if (!char.IsWhiteSpace(c)) return _texts.Next(node, char.ToUpperInvariant(c));
        return isSpaceBefore ? node : _texts.Next(node, ' ');
    }

    private static bool IsEnd(ReadOnlySpan<char> text, int at) =>
        at == text.Length || !Chars.IsWord(text[at - 1]) || !Chars.IsWord(text[at]);
}
