using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.Content;

/// <summary>
/// Finds swear words and slurs one by one, also hidden ones (<c>f*ck</c>, <c>sh1t</c>, <c>f u c k</c>). It needs no sentence, so that a
/// stream is held back by a word at most.
/// </summary>
internal sealed class ProfanityRecogniser : Recogniser
{
    private const int SpacedLettersMin = 3;
    private const float WordScore = 0.75f;
    private const float SlurScore = 0.95f;

    /// <inheritdoc/>
    public override string Rule => "content.profanity";

    /// <inheritdoc/>
    public override int CharsMax => 2 * WordFolding.CharsMax;

    /// <inheritdoc/>
    public override bool CanStart(char first) => char.IsAsciiLetter(first) || first is '@' or '$';

    /// <inheritdoc/>
    public override bool CanBeSecond(char second) => WordFolding.IsOfWord(second) || IsGap(second);

    /// <inheritdoc/>
    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        var known = text[start..];
        var length = WordLength(known);
        if (length == known.Length && !isEnd) return Match.Undecided;
        if (length > 1) return Judge(Trimmed(known[..length]));

        // Single letters with gaps between them.
        Span<char> letters = stackalloc char[WordFolding.CharsMax];
        var (count, end) = (0, 0);
        for (var at = 0; at < known.Length && count < letters.Length; at += 2)
        {
            if (!WordFolding.IsOfWord(known[at])) break;
            if (at + 1 == known.Length && !isEnd) return Match.Undecided;
            if (at + 1 < known.Length && WordFolding.IsOfWord(known[at + 1])) break;
            letters[count++] = known[at];
            end = at + 1;
            if (end < known.Length && !IsGap(known[end])) break;
            if (end + 1 == known.Length && !isEnd) return Match.Undecided;
        }

        if (count < SpacedLettersMin) return Match.None;
        return Judge(letters[..count]) is { Length: > 0 } match ? Match.Found(end, match.Score) : Match.None;
    }

    private static Match Judge(ReadOnlySpan<char> word)
    {
        Span<char> plain = stackalloc char[WordFolding.CharsMax];
        var kinds = Lexicon.Find(word, plain, out _);
        if ((kinds & WordKinds.Slur) != 0) return Match.Found(word.Length, SlurScore);
        return (kinds & WordKinds.Profanity) != 0 ? Match.Found(word.Length, WordScore) : Match.None;
    }

    private static bool IsGap(char c) => c is ' ' or '.' or '-' or '_';

    private static int WordLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && WordFolding.IsOfWord(text[length])) length++;
        return length;
    }

    private static ReadOnlySpan<char> Trimmed(ReadOnlySpan<char> word) => word.TrimEnd("'’");
}
