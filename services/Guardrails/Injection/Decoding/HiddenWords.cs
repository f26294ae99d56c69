namespace Millrace.Guardrails.Injection.Decoding;

/// <summary>Tells whether a guess at a code was right: text of a language turns into words of attacks by chance hardly twice.</summary>
internal static class HiddenWords
{
    private const int CharsMin = 5;
    private const int WordsMin = 2;

    /// <summary>Whether longer words that attacks are made of occur, at least two of different meanings.</summary>
    public static bool Has(ReadOnlySpan<char> folded)
    {
        var (words, all) = (0, Concepts.None);
        for (var at = 0; at < folded.Length;)
        {
            var end = at;
            while (end < folded.Length && char.IsAsciiLetter(folded[end])) end++;
            if (end - at >= CharsMin && Lexicon.MeaningOf(folded[at..end]) is var meaning && meaning != 0 && (all | meaning) != all)
            {
                all |= meaning;
                words++;
            }

            at = end + 1;
        }

        return words >= WordsMin;
    }
}
