using System.Collections.Frozen;

namespace Millrace.Guardrails.Injection;

/// <summary>Looks words up: what each means to <see cref="AttackPattern"/>s. Immutable.</summary>
internal static class Lexicon
{
    /// <summary>Longest word of a script without spaces, in characters.</summary>
    public const int UnspacedCharsMax = 6;

    private const int StemCharsMin = 3;
    private const int WordCharsMax = 24;

    private static readonly FrozenDictionary<string, Concepts> Words = Read(stems: false);
    private static readonly FrozenDictionary<string, Concepts> Stems = Read(stems: true);
    private static readonly FrozenDictionary<string, Concepts>.AlternateLookup<ReadOnlySpan<char>> WordsBySpan =
        Words.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenDictionary<string, Concepts>.AlternateLookup<ReadOnlySpan<char>> StemsBySpan =
        Stems.GetAlternateLookup<ReadOnlySpan<char>>();

    // Which pairs of first letters a word or stem begins with: most words of a text are done with that.
    private static readonly bool[] Beginnings = BeginningsTable();

    /// <summary>What a word means.</summary>
    /// <param name="word">The word, folded by <see cref="FoldedText"/>.</param>
    public static Concepts MeaningOf(ReadOnlySpan<char> word)
    {
        if (word.IsEmpty || word.Length > WordCharsMax || !Beginnings[BeginningOf(word)]) return Concepts.None;

        WordsBySpan.TryGetValue(word, out var meaning);
        for (var length = StemCharsMin; length <= word.Length; length++)
            if (StemsBySpan.TryGetValue(word[..length], out var more)) meaning |= more;
        return meaning;
    }

    /// <summary>Length of the longest word at the start of a text without spaces; 0 when there is none.</summary>
    public static int LongestAt(ReadOnlySpan<char> text, int charsMin, out Concepts meaning)
    {
        for (var length = Math.Min(text.Length, charsMin > 1 ? WordCharsMax : UnspacedCharsMax); length >= charsMin; length--)
            if (WordsBySpan.TryGetValue(text[..length], out meaning)) return length;
        meaning = Concepts.None;
        return 0;
    }

    private static int BeginningOf(ReadOnlySpan<char> word) => ((word[0] * 31) + (word.Length > 1 ? word[1] : 0)) & 0xFFF;

    private static bool[] BeginningsTable()
    {
        var table = new bool[0x1000];
        foreach (var word in Words.Keys.Concat(Stems.Keys)) table[BeginningOf(word)] = true;
        return table;
    }

    private static FrozenDictionary<string, Concepts> Read(bool stems)
    {
        var meanings = new Dictionary<string, Concepts>(StringComparer.Ordinal);
        foreach (var (meaning, words) in LexiconWords.All)
            foreach (var word in words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            {
                if (word.EndsWith('*') != stems) continue;
                var key = FoldedText.Of(word.TrimEnd('*'));
                meanings[key] = meanings.GetValueOrDefault(key) | meaning;
            }

        return meanings.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
