namespace Millrace.Guardrails.Content;

/// <summary>Reads a sentence for its kinds of words, and writes it with hidden words in plain letters.</summary>
internal static class ContentText
{
    // Letters written apart, as in "i d i o t", are one word from this number on.
    private const int SpacedLettersMin = 3;

    /// <summary>Reads a sentence.</summary>
    /// <param name="sentence">The sentence.</param>
    /// <param name="plain">Takes it with hidden words uncovered; as long as the sentence.</param>
    /// <param name="length">Number of characters written.</param>
    /// <returns>The kinds of words in it.</returns>
    public static WordKinds Read(ReadOnlySpan<char> sentence, Span<char> plain, out int length)
    {
        Span<char> uncovered = stackalloc char[WordFolding.CharsMax];
        var kinds = WordKinds.None;
        length = 0;
        for (var at = 0; at < sentence.Length;)
        {
            if (!WordFolding.IsOfWord(sentence[at]))
            {
                plain[length++] = sentence[at++];
                continue;
            }

            var end = EndOf(sentence, at);
            var found = end - at == 1 ? Spaced(sentence, at, uncovered, ref end, out var letters)
                : Lexicon.Find(sentence[at..end], uncovered, out letters);
            var word = letters > 0 ? uncovered[..letters] : sentence[at..end];
            word.CopyTo(plain[length..]);
            length += word.Length;
            kinds |= found;
            at = end;
        }

        return kinds;
    }

    private static int EndOf(ReadOnlySpan<char> text, int start)
    {
        var end = start + 1;
        while (end < text.Length && WordFolding.IsOfWord(text[end])) end++;
        return end;
    }

    // Where single letters follow each other, they may be one word; else the letter stands for itself.
    private static WordKinds Spaced(ReadOnlySpan<char> text, int start, Span<char> uncovered, ref int end, out int letters)
    {
        Span<char> joined = stackalloc char[WordFolding.CharsMax];
        var (count, last) = (0, end);
        for (var at = start; at < text.Length && count < joined.Length && IsSingle(text, at); at += 2)
        {
            joined[count++] = text[at];
            last = at + 1;
            if (last < text.Length && !IsGap(text[last])) break;
        }

        var found = count >= SpacedLettersMin ? Lexicon.Find(joined[..count], uncovered, out letters) : NotFound(out letters);
        if (found == WordKinds.None) return Lexicon.Find(text[start..end], uncovered, out letters);
        if (letters == 0)
        {
            joined[..count].CopyTo(uncovered);
            letters = count;
        }

        end = last;
        return found;
    }

    private static WordKinds NotFound(out int letters)
    {
        letters = 0;
        return WordKinds.None;
    }

    private static bool IsSingle(ReadOnlySpan<char> text, int at) => WordFolding.IsOfWord(text[at])
        && (at + 1 >= text.Length || !WordFolding.IsOfWord(text[at + 1]))
        && (at == 0 || !WordFolding.IsOfWord(text[at - 1]));

    private static bool IsGap(char c) => c is ' ' or '.' or '-' or '_';
}
