using System.Collections.Frozen;

namespace Millrace.Grounding.Reading;

/// <summary>
/// The words of a text that carry its meaning: lower case, without stop words, and without the endings that English adds to a word
/// ("returned", "returns" and "returning" are one term). Digits are words; contractions of "not" are stop words.
/// </summary>
public static class Terms
{
    private const int StemCharsMin = 3;

    private static readonly FrozenSet<string> StopWords = """
        a about after again all also am an and any anything are as at be because been being but by can cannot could did do does doing done
        for from get gets getting give go goes going got had has have having he her here him his how i if in into is it its just let like
        long many may me might more most much must my need no not of off on one or other our out over please should so some someone
        something such take than that the their them then there these they thing this those to too under until up us use very want was we
        were what when where which while who whom whose why will with without would you your
        """.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    private static readonly string[] Endings = ["ingly", "edly", "ings", "ing", "ies", "ied", "es", "ed", "ly", "s"];

    /// <summary>The terms of a text, in order, repeated ones included.</summary>
    public static IEnumerable<string> Of(string text)
    {
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var inWord = i < text.Length && (char.IsLetterOrDigit(text[i]) || (text[i] is '\'' or '’' && start >= 0));
            if (inWord && start < 0) start = i;
            if (inWord || start < 0) continue;
            if (OfWord(text[start..i]) is { } term) yield return term;
            start = -1;
        }
    }

    /// <summary>The term of one word; null for a word that carries no meaning of its own.</summary>
    public static string? OfWord(string word)
    {
        var lower = word.ToLowerInvariant().Replace('’', '\'');
        if (lower.EndsWith("n't", StringComparison.Ordinal)) return null;
        if (lower.IndexOf('\'', StringComparison.Ordinal) is > 0 and var apostrophe) lower = lower[..apostrophe];
        if (StopWords.Contains(lower)) return null;
        return lower.Length == 1 && !char.IsDigit(lower[0]) ? null : Stem(lower);
    }

    /// <summary>Cuts one ending, so that forms of a word meet. It need not be a word that is left, only the same for all forms.</summary>
    private static string Stem(string word)
    {
        if (word.Any(char.IsDigit) || word.EndsWith("ss", StringComparison.Ordinal)) return word;
        foreach (var ending in Endings)
        {
            if (!word.EndsWith(ending, StringComparison.Ordinal)) continue;
            var stem = word[..^ending.Length];
            if (stem.Length >= StemCharsMin && !(ending == "ly" && IsPartOfWord(stem))) return Close(stem, ending);
        }

        return Close(word, string.Empty);
    }

    /// <summary>"apply" and "family" only look like "deeply" and "daily"; their other forms keep the l.</summary>
    private static bool IsPartOfWord(string stemOfLy) => stemOfLy[^1] is 'p' or 'i';

    /// <summary>"stopp(ed)" is "stop", "tri(ed)" and "try" are "tri", "charg(ed)" and "charge" meet at "charg".</summary>
    private static string Close(string stem, string ending)
    {
        var isDoubled = stem.Length > StemCharsMin && stem[^1] == stem[^2] && stem[^1] is not ('e' or 'l' or 's' or 'z');
        if (isDoubled && ending is "ing" or "ed" or "ings") return stem[..^1];
        while (stem.Length > StemCharsMin && stem[^1] is 'e' or 'i' or 'y') stem = stem[..^1];
        return stem[^1] == 'y' ? stem[..^1] + 'i' : stem;
    }
}
