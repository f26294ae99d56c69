using System.Text;

namespace Millrace.Retrieval.Encoders;

/// <summary>
/// A word of which many parts are counted. The longest piece at a place does not depend on where a part begins, so it is looked up once
/// and remembered; a part is then counted by stepping from piece to piece. Not thread-safe.
/// </summary>
internal sealed class LongWord
{
    private const int InsideCharacter = -1;
    private readonly WordSpelling _spelling;
    private readonly char[] _folded;
    private readonly int[] _foldedBefore;

    // Length of the longest piece at each place inside of the word: 0 when it was not looked up yet, -1 for none.
    private readonly sbyte[] _pieces;

    /// <summary>Reads a word.</summary>
    /// <param name="word">The word as it stands in the text.</param>
    /// <param name="folding">What becomes of its code points.</param>
    /// <param name="spelling">Finds pieces.</param>
    public LongWord(ReadOnlySpan<char> word, TextFolding folding, WordSpelling spelling)
    {
        _spelling = spelling;
        _foldedBefore = new int[word.Length + 1];
        var folded = new List<char>(word.Length);
        Span<char> units = stackalloc char[2];
        for (var i = 0; i < word.Length;)
        {
            var length = WordReader.Decode(word, i, out var codePoint);
            for (var inside = 1; inside < length; inside++) _foldedBefore[i + inside] = InsideCharacter;
            var (role, becomes) = folding.Fold(codePoint);
            if (role != RuneRole.Skipped) folded.AddRange(units[..Units(becomes, units)]);
            i += length;
            _foldedBefore[i] = folded.Count;
        }

        _folded = [.. folded];
        _pieces = new sbyte[_folded.Length];
    }

    /// <summary>Number of pieces of a part of the word, 1 for one that cannot be spelled, 0 for one of which nothing is left.</summary>
    /// <param name="start">Offset of its first UTF-16 code unit in the word.</param>
    /// <param name="end">Offset after its last one.</param>
    /// <returns>The number; null where an offset is inside of a character.</returns>
    public int? Count(int start, int end)
    {
        var (from, to) = (_foldedBefore[start], _foldedBefore[end]);
        if (from == InsideCharacter || to == InsideCharacter) return null;
        if (from == to) return 0;
        var first = _spelling.FirstPiece(_folded.AsSpan(from, to - from));
        return first < 0 ? 1 : CountInside(from + first, to);
    }

    // The first piece was counted already: by one, as the beginning of the word.
    private int CountInside(int from, int to)
    {
        var count = 1;
        for (var i = from; i < to; count++)
        {
            var length = PieceAt(i);
            if (length > to - i) length = _spelling.InnerPiece(_folded.AsSpan(i, to - i));
            if (length <= 0) return 1;
            i += length;
        }

        return count;
    }

    private int PieceAt(int index)
    {
        ref var known = ref _pieces[index];
        if (known != 0) return known;
        var length = _spelling.InnerPiece(_folded.AsSpan(index));
        if (length <= sbyte.MaxValue) known = length == 0 ? (sbyte)-1 : (sbyte)length;
        return length;
    }

    private static int Units(int codePoint, Span<char> units)
    {
        if (codePoint >= 0x10000) return new Rune(codePoint).EncodeToUtf16(units);
        units[0] = (char)codePoint;
        return 1;
    }
}
