namespace Millrace.Guardrails.Content;

/// <summary>Undoes the usual ways to hide a word: signs for letters, letters said several times.</summary>
internal static class WordFolding
{
    /// <summary>Longest word that is folded, in characters.</summary>
    public const int CharsMax = 32;

    /// <summary>Whether a character can be of a word, hidden or not.</summary>
    public static bool IsOfWord(char c) => char.IsLetterOrDigit(c) || c is '@' or '$' or '*' or '\'' or '’';

    /// <summary>Puts the letters that signs stand for in their place.</summary>
    /// <param name="word">The word.</param>
    /// <param name="letters">Takes as many letters, in lower case.</param>
    /// <returns>Whether a sign was among them.</returns>
    public static bool Unsign(ReadOnlySpan<char> word, Span<char> letters)
    {
        var isHidden = false;
        for (var i = 0; i < word.Length; i++)
        {
            letters[i] = LetterOf(word[i]);
            isHidden |= letters[i] != word[i] && !char.IsLetter(word[i]);
        }

        return isHidden;
    }

    /// <summary>Leaves at most so many of equal letters in a row.</summary>
    /// <returns>Number of letters that are left.</returns>
    public static int Collapse(ReadOnlySpan<char> word, int runMax, Span<char> letters)
    {
        var (count, run) = (0, 0);
        for (var i = 0; i < word.Length; i++)
        {
            run = i > 0 && word[i] == word[i - 1] ? run + 1 : 1;
            if (run <= runMax) letters[count++] = word[i];
        }

        return count;
    }

    private static char LetterOf(char c) => c switch
    {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' or '@' => 'a',
        '5' or '$' => 's',
        '7' => 't',
        '8' => 'b',
        '’' => '\'',
        _ => char.ToLowerInvariant(c),
    };
}
