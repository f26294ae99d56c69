using System.Text;

namespace Millrace.Guardrails.Injection.Decoding;

/// <summary>Letters set apart (<c>i g n o r e</c>, <c>i-g-n-o-r-e</c>), and words run together (<c>ignoreAllPreviousRules</c>).</summary>
internal sealed class SpacedDecoder : Decoder
{
    private const int LettersMin = 6;
    private const int TogetherMin = 18;
    private const int WordCharsMin = 3;
    private const int WordsMin = 2;

    public override string Name => "spacing";

    public override string? Decode(ReadOnlySpan<char> text)
    {
        var joined = new StringBuilder(text.Length);
        var found = false;
        for (var at = 0; at < text.Length;)
        {
            var end = EndOfSpaced(text, at, out var letters);
            if (letters < LettersMin) end = EndOfTogether(text, at, out letters);
            if (end == at)
            {
                joined.Append(text[at++]);
                continue;
            }

            found |= AppendWords(text[at..end], joined);
            at = end;
        }

        return found ? joined.ToString() : null;
    }

    // Single letters with one mark or some space between them, none of which belongs to a longer word.
    private static int EndOfSpaced(ReadOnlySpan<char> text, int start, out int letters)
    {
        letters = 0;
        if (start > 0 && char.IsLetterOrDigit(text[start - 1])) return start;
        var (at, end) = (start, start);
        while (at < text.Length && char.IsLetter(text[at]))
        {
            var next = at + 1;
            if (next < text.Length && char.IsLetterOrDigit(text[next])) break;
            letters++;
            end = next;
            while (next < text.Length && next - end < 4 && !char.IsLetterOrDigit(text[next])) next++;
            at = next;
        }

        return end;
    }

    private static int EndOfTogether(ReadOnlySpan<char> text, int start, out int letters)
    {
        letters = 0;
        if (start > 0 && char.IsLetterOrDigit(text[start - 1])) return start;
        var end = start;
        while (end < text.Length && char.IsAsciiLetter(text[end])) end++;
        letters = end - start;
        return letters >= TogetherMin ? end : start;
    }

    // Letters are cut into the longest known words; what is between them stays together.
    private static bool AppendWords(ReadOnlySpan<char> run, StringBuilder joined)
    {
        Span<char> letters = stackalloc char[InjectionScorer.CharsMax];
        var count = 0;
        foreach (var c in run)
            if (char.IsLetter(c)) letters[count++] = char.ToLowerInvariant(c);

        var (at, words) = (0, 0);
        while (at < count)
        {
            var length = Lexicon.LongestAt(letters[at..count], WordCharsMin, out _);
            if (length > 0) joined.Append(' ').Append(letters.Slice(at, length)).Append(' ');
            else joined.Append(letters[at]);
            if (length > 0) words++;
            at += Math.Max(1, length);
        }

        return words >= WordsMin;
    }
}
