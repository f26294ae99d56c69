namespace Millrace.GuardTraining.Names;

/// <summary>Forms of English words: what ends in -s, -ed, -ing, -ly, -er or -est is as ordinary as the word that it is made of.</summary>
internal static class WordForms
{
    private const int StemCharsMin = 3;

    /// <summary>A word and its forms; some of them do not exist, and never come.</summary>
    public static IEnumerable<string> Of(string word)
    {
        yield return word;
        if (word.Length < StemCharsMin || !word.All(char.IsAsciiLetterLower)) yield break;

        var (last, stem) = (word[^1], word[..^1]);
        var isVowel = "aeiou".Contains(last);
        yield return word + (last is 's' or 'x' or 'h' or 'z' ? "es" : "s");
        if (last == 'y') yield return stem + "ies";
        foreach (var ending in new[] { "ed", "ing", "er", "est", "ers" })
        {
            if (last == 'e') yield return stem + ending;
            else if (last == 'y' && ending[0] == 'e') yield return stem + "i" + ending;
            else yield return word + ending;
            if (!isVowel && word.Length <= 6) yield return word + last + ending;
        }

        yield return last == 'y' ? stem + "ily" : word + "ly";
    }
}
