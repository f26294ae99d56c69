using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.Injection;

/// <summary>
/// A phrase of marks and words with any white space between them, whatever the case of the letters. Steps are taken greedily and never
/// back, so the work is linear; the options of neighbouring steps must therefore differ.
/// </summary>
internal sealed class PhraseRecogniser(string rule, float score, params PhraseStep[] steps) : Recogniser
{
    public override string Rule => rule;

    // Room for much white space between the words: padding is a way to hide a phrase.
    public override int CharsMax => 512;

    public override bool StartsAtWord => steps[0].IsWord;

    /// <summary>Whether the phrase counts only at the start of a line.</summary>
    public bool AtLineStart { get; init; }

    public override bool CanStart(char first) => steps[0].CanStart(first);

    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        if (AtLineStart && !IsLineStart(text[..start])) return Match.None;

        var known = text[start..];
        var position = 0;
        foreach (var step in steps)
        {
            var taken = Take(step, known[position..], isEnd, isFirst: position == 0);
            if (taken < 0) return Match.Undecided;
            if (taken == 0 && !step.IsOptional) return Match.None;
            position += taken;
        }

        return Match.Found(position, score);
    }

    // Characters taken; 0 when the step does not fit, -1 when that depends on text that has not come yet.
    private static int Take(PhraseStep step, ReadOnlySpan<char> text, bool isEnd, bool isFirst)
    {
        var taken = 0;
        for (var count = 0; count < step.CountMax; count++)
        {
            var rest = text[taken..];
            var space = isFirst ? 0 : SpaceLength(rest);
            if (space == rest.Length) return isEnd ? taken : -1;

            var one = step.IsWord ? TakeWord(step, rest[space..], isEnd) : TakeMark(step, rest[space..], isEnd);
            if (one < 0) return -1;
            if (one == 0) return taken;
            taken += space + one;
        }

        return taken;
    }

    private static int TakeWord(PhraseStep step, ReadOnlySpan<char> text, bool isEnd)
    {
        var length = 0;
        while (length < text.Length && Chars.IsWord(text[length])) length++;

        if (length == text.Length && !isEnd) return step.MayBecome(text) ? -1 : 0;
        return step.Contains(text[..length]) ? length : 0;
    }

    private static int TakeMark(PhraseStep step, ReadOnlySpan<char> text, bool isEnd)
    {
        foreach (var option in step.Options)
            if (text.StartsWith(option, StringComparison.OrdinalIgnoreCase)) return option.Length;
        return !isEnd && step.MayBecome(text) ? -1 : 0;
    }

    // Zero-width characters count as space: they are another way to hide a phrase.
    private static int SpaceLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && IsSpace(text[length])) length++;
        return length;
    }

    private static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is (>= '\u200B' and <= '\u200D') or '\uFEFF';

    private static bool IsLineStart(ReadOnlySpan<char> before)
    {
        var trimmed = before.TrimEnd(" \t>*#\"'");
        return trimmed.IsEmpty ? before.Length < LookBehindMax : trimmed[^1] is '\n' or '\r';
    }
}
