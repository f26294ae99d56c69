using System.Collections.Frozen;

namespace Millrace.Guardrails.Content;

/// <summary>Words of <see cref="ContentWords"/>, also where they are hidden behind signs, stars or repeated letters.</summary>
internal static class Lexicon
{
    private const int HiddenCharsMin = 3;
    private const int StemCharsMin = 4;
    private const WordKinds Starred = WordKinds.Profanity | WordKinds.Insult | WordKinds.Slur | WordKinds.Explicit;

    private static readonly string[] Endings = ["s", "es", "ed", "ing", "er", "ers", "y"];

    private static readonly FrozenDictionary<string, WordKinds> Known = Read();

    private static readonly FrozenDictionary<string, string> ByStars = Known
        .Where(entry => (entry.Value & Starred) != 0)
        .SelectMany(entry => StarsOf(entry.Key).Select(stars => (Stars: stars, Word: entry.Key)))
        .DistinctBy(entry => entry.Stars)
        .ToFrozenDictionary(entry => entry.Stars, entry => entry.Word, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, WordKinds>.AlternateLookup<ReadOnlySpan<char>> Kinds =
        Known.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> Stars =
        ByStars.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Looks a word up.</summary>
    /// <param name="word">The word, hidden or not.</param>
    /// <param name="plain">Takes it as the lexicon knows it, at most <see cref="WordFolding.CharsMax"/> letters.</param>
    /// <param name="length">Number of those letters; 0 where the word is written plainly.</param>
    public static WordKinds Find(ReadOnlySpan<char> word, Span<char> plain, out int length)
    {
        length = 0;
        if (word.Length is 0 or > WordFolding.CharsMax) return WordKinds.None;

        Span<char> letters = stackalloc char[WordFolding.CharsMax];
        letters = letters[..word.Length];
        var isSigned = WordFolding.Unsign(word, letters);
        var kinds = KindsOf(letters);
        if (kinds == WordKinds.None && word.Length >= HiddenCharsMin) return Hidden(letters, plain, out length);
        if (!isSigned || kinds == WordKinds.None) return kinds;

        // A number such as 455 is no word.
        if (word.IndexOfAnyExceptInRange('0', '9') < 0) return WordKinds.None;
        letters.CopyTo(plain);
        length = letters.Length;
        return kinds;
    }

    private static WordKinds Hidden(ReadOnlySpan<char> letters, Span<char> plain, out int length)
    {
        length = 0;
        if (letters.Contains('*')) return Uncover(letters, plain, out length);
        for (var runMax = 2; runMax >= 1; runMax--)
        {
            // Two equal letters are common; only more of them hide something.
            if (runMax == 1 && !HasRun(letters)) return WordKinds.None;
            var count = WordFolding.Collapse(letters, runMax, plain);
            var kinds = count == letters.Length ? WordKinds.None : KindsOf(plain[..count]);
            if (kinds == WordKinds.None) continue;
            length = count;
            return kinds;
        }

        return WordKinds.None;
    }

    private static WordKinds Uncover(ReadOnlySpan<char> letters, Span<char> plain, out int length)
    {
        length = 0;
        if (!Stars.TryGetValue(letters, out var word)) return KindsOf(letters.Trim('*'));
        word.CopyTo(plain);
        length = word.Length;
        return Known[word];
    }

    private static bool HasRun(ReadOnlySpan<char> letters)
    {
        for (var i = 2; i < letters.Length; i++)
            if (letters[i] == letters[i - 1] && letters[i] == letters[i - 2]) return true;
        return false;
    }

    private static WordKinds KindsOf(ReadOnlySpan<char> word)
    {
        if (Kinds.TryGetValue(word, out var kinds)) return kinds;
        foreach (var ending in Endings)
        {
            if (word.Length - ending.Length < StemCharsMin || !word.EndsWith(ending, StringComparison.Ordinal)) continue;
            if (Kinds.TryGetValue(word[..^ending.Length], out kinds)) return kinds;
        }

        return WordKinds.None;
    }

    // f*ck, f**k, f***
    private static IEnumerable<string> StarsOf(string word)
    {
        if (word.Length <= HiddenCharsMin) yield break;
        for (var at = 1; at < word.Length; at++) yield return $"{word[..at]}*{word[(at + 1)..]}";
        for (var at = 1; at < word.Length - 1; at++) yield return $"{word[..at]}**{word[(at + 2)..]}";
        yield return word[0] + new string('*', word.Length - 2) + word[^1];
        yield return word[0] + new string('*', word.Length - 1);
    }

    private static FrozenDictionary<string, WordKinds> Read()
    {
        Dictionary<string, WordKinds> kinds = new(StringComparer.Ordinal);
        foreach (var (kind, words) in ContentWords.All)
            foreach (var word in words.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries))
                kinds[word] = kinds.GetValueOrDefault(word) | kind;
        return kinds.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
