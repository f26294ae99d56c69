using System.Text;

namespace Millrace.Retrieval.Index.Words;

/// <summary>
/// Porter's algorithm of 1980, with the same ends as SQLite's FTS5: words of one family get one stem, in the
/// embedded index and in Qdrant alike.
/// </summary>
internal static class PorterStemmer
{
    private const int BytesMin = 3;
    private const int BytesMax = 64;

    // Of two that end alike the longer stands first: only the first that fits is tried.
    private static readonly (string Ending, string Stem)[] DoubleSuffixes =
    [
        ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("logi", "log"), ("bli", "ble"),
        ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"), ("ator", "ate"),
        ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"),
    ];

    private static readonly (string Ending, string Stem)[] SingleSuffixes =
    [
        ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", ""),
    ];

    private static readonly string[] Residues =
    [
        "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti", "ous", "ive",
        "ize",
    ];

    /// <summary>The stem of a word.</summary>
    /// <param name="word">A word in lower case, without marks on its letters.</param>
    public static string Stem(string word)
    {
        if (Encoding.UTF8.GetByteCount(word) is < BytesMin or > BytesMax) return word;
        var stem = RemovePlural(word);
        stem = RemovePastOrProgressive(stem);
        if (stem.EndsWith('y') && HasVowel(stem[..^1])) stem = stem[..^1] + "i";
        stem = ReplaceFirst(stem, DoubleSuffixes);
        stem = ReplaceFirst(stem, SingleSuffixes);
        stem = RemoveResidue(stem);
        return Tidy(stem);
    }

    // Step 1a.
    private static string RemovePlural(string word)
    {
        if (!word.EndsWith('s')) return word;
        if (!word.EndsWith("es", StringComparison.Ordinal)) return word.EndsWith("ss", StringComparison.Ordinal) ? word : word[..^1];
        var losesTwo = (word.Length > 4 && word.EndsWith("sses", StringComparison.Ordinal))
            || (word.Length > 3 && word.EndsWith("ies", StringComparison.Ordinal));
        return word[..^(losesTwo ? 2 : 1)];
    }

    // Step 1b.
    private static string RemovePastOrProgressive(string word)
    {
        if (word.Length > 3 && word.EndsWith("eed", StringComparison.Ordinal)) return Measure(word[..^3]) > 0 ? word[..^1] : word;
        foreach (var ending in (string[])["ed", "ing"])
        {
            if (word.Length <= ending.Length || !word.EndsWith(ending, StringComparison.Ordinal)) continue;
            var stem = word[..^ending.Length];
            return HasVowel(stem) ? Restore(stem) : word;
        }

        return word;
    }

    // What the ending hid: hop(ping), fil(ing), conflat(ed).
    private static string Restore(string stem)
    {
        if (stem.Length > 2 && EndsWithAny(stem, "at", "bl", "iz")) return stem + "e";
        var last = stem[^1];
        var isDouble = stem.Length > 1 && last == stem[^2] && !IsVowel(last, afterConsonant: false);
        if (isDouble && last is not ('l' or 's' or 'z')) return stem[..^1];
        return Measure(stem) == 1 && EndsShort(stem) ? stem + "e" : stem;
    }

    // Steps 2 and 3.
    private static string ReplaceFirst(string word, (string Ending, string Stem)[] suffixes)
    {
        foreach (var (ending, replacement) in suffixes)
        {
            if (word.Length <= ending.Length || !word.EndsWith(ending, StringComparison.Ordinal)) continue;
            var stem = word[..^ending.Length];
            return Measure(stem) > 0 ? stem + replacement : word;
        }

        return word;
    }

    // Step 4.
    private static string RemoveResidue(string word)
    {
        foreach (var ending in Residues)
        {
            if (word.Length <= ending.Length || !word.EndsWith(ending, StringComparison.Ordinal)) continue;
            var stem = word[..^ending.Length];
            var may = ending != "ion" || stem[^1] is 's' or 't';
            return may && Measure(stem) > 1 ? stem : word;
        }

        return word;
    }

    // Step 5.
    private static string Tidy(string word)
    {
        if (word.EndsWith('e'))
        {
            var stem = word[..^1];
            var measure = Measure(stem);
            if (measure > 1 || (measure == 1 && !EndsShort(stem))) word = stem;
        }

        return word.EndsWith("ll", StringComparison.Ordinal) && Measure(word[..^1]) > 1 ? word[..^1] : word;
    }

    private static bool EndsWithAny(string word, params ReadOnlySpan<string> endings)
    {
        foreach (var ending in endings)
            if (word.EndsWith(ending, StringComparison.Ordinal)) return true;
        return false;
    }

    /// <summary>How many times a consonant follows a vowel.</summary>
    private static int Measure(string stem)
    {
        var count = 0;
        var wasConsonant = false;
        var hadVowel = false;
        foreach (var letter in stem)
        {
            var isConsonant = !IsVowel(letter, wasConsonant);
            if (isConsonant && hadVowel && !wasConsonant) count++;
            hadVowel |= !isConsonant;
            wasConsonant = isConsonant;
        }

        return count;
    }

    private static bool HasVowel(string stem)
    {
        // A y is a vowel anywhere but in front.
        for (var i = 0; i < stem.Length; i++)
            if (IsVowel(stem[i], afterConsonant: i > 0)) return true;
        return false;
    }

    // Consonant, vowel, consonant other than w, x and y: the e of such a word is not silent. FTS5 goes by bytes: a letter of another
    // alphabet is more than one consonant.
    private static bool EndsShort(string stem)
    {
        if (stem.Length < 3 || stem[^1] is 'w' or 'x' or 'y' || !char.IsAscii(stem[^1])) return false;
        var wasConsonant = false;
        var kinds = 0;
        foreach (var letter in stem)
        {
            wasConsonant = !IsVowel(letter, wasConsonant);
            kinds = (kinds << 1) | (wasConsonant ? 1 : 0);
        }

        return (kinds & 0b111) == 0b101;
    }

    private static bool IsVowel(char letter, bool afterConsonant) =>
        letter is 'a' or 'e' or 'i' or 'o' or 'u' || (letter == 'y' && afterConsonant);
}
