namespace Millrace.Guardrails.Injection;

/// <summary>What the words of a folded sentence mean, one after the other.</summary>
internal static class SentenceWords
{
    /// <summary>Reads a sentence.</summary>
    /// <param name="folded">The sentence, folded.</param>
    /// <param name="meanings">Takes the meaning of each word; as long as the sentence is enough.</param>
    /// <param name="all">All meanings that occur.</param>
    /// <returns>Number of words.</returns>
    public static int Read(ReadOnlySpan<char> folded, Span<Concepts> meanings, out Concepts all)
    {
        all = Concepts.None;
        var count = 0;
        for (var at = 0; at < folded.Length;)
        {
            var length = Next(folded[at..], out var meaning);
            at += length;
            if (length == 0) at++;
            else
            {
                all |= meaning;
                meanings[count++] = meaning;
            }
        }

        return count;
    }

    /// <summary>Whether a character is written without spaces between words.</summary>
    public static bool IsUnspaced(char c) =>
        c is (>= '\u3040' and <= '\u30FF') or (>= '\u3400' and <= '\u9FFF') or (>= '\uAC00' and <= '\uD7A3');

    // Length of the word at the start; 0 for a character between words.
    private static int Next(ReadOnlySpan<char> text, out Concepts meaning)
    {
        meaning = Concepts.None;
        if (IsUnspaced(text[0])) return Math.Max(1, Lexicon.LongestAt(text, 1, out meaning));

        var address = AddressLength(text);
        if (address > 0)
        {
            meaning = Concepts.Address;
            return address;
        }

        if (text.StartsWith("![") || text.StartsWith("<img") || text.StartsWith("](")) meaning = Concepts.Markup;
        if (meaning != 0) return 2;
        if (!char.IsLetterOrDigit(text[0])) return 0;

        var length = WordLength(text);
        meaning = Lexicon.MeaningOf(text[..length]);
        return length;
    }

    // A word with the hyphens and apostrophes inside it, when it is known so; else up to the first of them.
    private static int WordLength(ReadOnlySpan<char> text)
    {
        var plain = LettersLength(text);
        if (plain + 1 >= text.Length || text[plain] is not ('-' or '\'') || !char.IsLetterOrDigit(text[plain + 1])) return plain;

        var joined = plain + 1 + LettersLength(text[(plain + 1)..]);
        return Lexicon.MeaningOf(text[..joined]) != 0 ? joined : plain;
    }

    private static int LettersLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && char.IsLetterOrDigit(text[length]) && !IsUnspaced(text[length])) length++;
        return length;
    }

    // An address of a page, or of a mailbox; read once, since it is skipped as a whole.
    private static int AddressLength(ReadOnlySpan<char> text)
    {
        if (!char.IsAsciiLetterOrDigit(text[0])) return 0;
        var isPage = text.StartsWith("http://") || text.StartsWith("https://") || text.StartsWith("www.");
        var (length, at) = (0, -1);
        for (; length < text.Length && IsOfAddress(text[length]); length++)
        {
            if (text[length] == '@') at = length;
            if (!isPage && at < 0 && text[length] is '/' or '?' or '=' or '&') break;
        }

        var hasDot = at > 0 && text[at..length].Contains('.');
        return isPage || hasDot ? length : 0;
    }

    private static bool IsOfAddress(char c) => char.IsAsciiLetterOrDigit(c) || ".-_@/:?=&%+#~{}".Contains(c);
}
