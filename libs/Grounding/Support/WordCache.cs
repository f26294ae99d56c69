using Millrace.Grounding.Reading;

namespace Millrace.Grounding.Support;

/// <summary>A word as it is written, read once.</summary>
/// <param name="Lower">In lower case, with a plain apostrophe.</param>
/// <param name="Term">The term by which its forms and synonyms meet; null when it carries no meaning of its own.</param>
/// <param name="IsName">Whether it is written as a name wherever it stands: capitals alone, or letters with digits.</param>
/// <param name="IsCapital">Whether it is written as a name inside a sentence: it begins with a capital.</param>
internal sealed record ReadWord(string Lower, string? Term, bool IsName, bool IsCapital);

/// <summary>
/// Reads each word once, since texts repeat themselves. It forgets nothing and is meant to be dropped with the texts; beyond its bound,
/// words are read anew. Not for use by several threads at once.
/// </summary>
internal sealed class WordCache
{
    private const int WordsMax = 100_000;

    private readonly Dictionary<string, ReadWord> _words = new(StringComparer.Ordinal);

    /// <summary>Reads a word.</summary>
    public ReadWord Read(ReadOnlySpan<char> word)
    {
        var known = _words.GetAlternateLookup<ReadOnlySpan<char>>();
        if (known.TryGetValue(word, out var found)) return found;
        var read = Make(word.ToString());
        if (_words.Count < WordsMax) known[word] = read;
        return read;
    }

    private static ReadWord Make(string word)
    {
        var lower = word.ToLowerInvariant().Replace('’', '\'');
        var capitals = word.Count(char.IsUpper);
        var mixed = char.IsLetter(word[0]) && word.Any(char.IsAsciiDigit);
        var term = Terms.OfWord(lower) is { } stem ? Vocabulary.Canonical(stem) : null;
        return new ReadWord(lower, term, mixed || capitals > 1, capitals == 1 && char.IsUpper(word[0]) && word.Length > 1);
    }
}
