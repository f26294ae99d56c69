using Millrace.Retrieval.Chunking;

namespace Millrace.Retrieval.Encoders;

/// <summary>
/// Counts parts of a text's words. A short word's part is spelled anew each time; of a long word many parts are counted, so it is read
/// once. Cutting goes through a text from its beginning to its end, so the latest few long words are enough. Not thread-safe.
/// </summary>
/// <param name="text">The text.</param>
/// <param name="read">Reads a long word.</param>
/// <param name="count">Counts a part of a word by itself.</param>
internal sealed class CutWords(string text, CutWords.ReadWord read, CutWords.CountText count)
{
    private const int ShortCharsMax = 256;
    private const int KeptMax = 4;
    private readonly (int Start, LongWord? Word)[] _kept = new (int, LongWord?)[KeptMax];
    private int _next;

    /// <summary>Reads a long word.</summary>
    public delegate LongWord ReadWord(ReadOnlySpan<char> word);

    /// <summary>Counts the tokens of a part of a word.</summary>
    public delegate int CountText(ReadOnlySpan<char> part);

    /// <summary>Tokens of a part of a word.</summary>
    /// <param name="word">The word in the text.</param>
    /// <param name="part">The part in the text.</param>
    public int Count(TextRange word, TextRange part)
    {
        if (word.Length <= ShortCharsMax) return CountAlone(part);
        return Kept(word).Count(part.Start - word.Start, part.End - word.Start) ?? CountAlone(part);
    }

    private int CountAlone(TextRange part) => count(text.AsSpan(part.Start, part.Length));

    private LongWord Kept(TextRange word)
    {
        foreach (var (start, kept) in _kept)
            if (start == word.Start && kept is not null) return kept;
        var latest = read(text.AsSpan(word.Start, word.Length));
        _kept[_next] = (word.Start, latest);
        _next = (_next + 1) % KeptMax;
        return latest;
    }
}
