namespace Millrace.Guardrails.Injection.Decoding;

/// <summary>Digits and marks in the places of letters: <c>1gn0r3 4ll pr3v10us ru135</c>.</summary>
internal sealed class LeetDecoder : Decoder
{
    // Product names and units have one such word; a disguise has them throughout, and they mean something when read.
    private const int WordsMin = 2;

    public override string Name => "leetspeak";

    public override string? Decode(ReadOnlySpan<char> text)
    {
        if (text.IndexOfAnyInRange('0', '9') < 0 && text.IndexOfAny('@', '$', '!') < 0) return null;
        var letters = text.ToArray();
        var words = 0;
        for (var at = 0; at < text.Length;)
        {
            var end = at;
            while (end < text.Length && !char.IsWhiteSpace(text[end])) end++;
            if (end > at && ReadWord(text[at..end], letters.AsSpan(at, end - at))) words++;
            at = end + 1;
        }

        return words >= WordsMin ? new string(letters) : null;
    }

    // Whether the word became one that attacks are made of.
    private static bool ReadWord(ReadOnlySpan<char> word, Span<char> letters)
    {
        var core = word.TrimEnd(".,;:!?)\"'").Length;
        var (plain, disguised) = (0, 0);
        for (var i = 0; i < core; i++)
        {
            if (char.IsAsciiLetter(word[i])) plain++;
            if (LetterOf(word[i]) != '\0') disguised++;
        }

        if (disguised == 0 || core < 3 || (plain == 0 && disguised < core)) return false;
        var original = letters.ToArray();
        foreach (var one in "il")
        {
            for (var i = 0; i < core; i++)
                letters[i] = original[i] == '1' ? one : Plain(original[i]);
            if (Lexicon.MeaningOf(letters[..core]) != 0) return true;
        }

        return false;
    }

    private static char Plain(char c) => LetterOf(c) is var letter and not '\0' ? letter : char.ToLowerInvariant(c);

    private static char LetterOf(char c) => c switch
    {
        '0' => 'o', '1' => 'i', '3' => 'e', '4' => 'a', '5' => 's', '7' => 't', '8' => 'b', '9' => 'g', '@' => 'a', '$' => 's', '!' => 'i',
        '|' => 'l', '+' => 't', '€' => 'e', _ => '\0',
    };
}
