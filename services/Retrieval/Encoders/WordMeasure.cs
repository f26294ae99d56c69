using Millrace.Retrieval.Chunking;

namespace Millrace.Retrieval.Encoders;

/// <summary>Counts the tokens of a part of a word.</summary>
/// <param name="word">The word in its text.</param>
/// <param name="part">The part in the text, not empty and not all of the word.</param>
internal delegate int CountPart(TextRange word, TextRange part);

/// <summary>
/// A text as the sum of its words: a range is counted by two binary searches, and only words that the range cuts are counted anew.
/// </summary>
/// <param name="addedTokens">Tokens that the model adds around any text.</param>
/// <param name="countPart">Counts what is left of a word that a range cuts.</param>
internal sealed class WordMeasure(int addedTokens, CountPart countPart) : ITextMeasure
{
    private readonly List<int> _starts = [];
    private readonly List<int> _ends = [];
    private readonly List<int> _tokensBefore = [0];

    /// <inheritdoc/>
    public int AddedTokens => addedTokens;

    /// <summary>Adds the next word.</summary>
    /// <param name="start">Offset of its first UTF-16 code unit, at or after the end of the one before.</param>
    /// <param name="end">Offset after its last one.</param>
    /// <param name="tokens">Its tokens.</param>
    public void Add(int start, int end, int tokens)
    {
        _starts.Add(start);
        _ends.Add(end);
        _tokensBefore.Add(_tokensBefore[^1] + tokens);
    }

    /// <inheritdoc/>
    public int Count(int start, int end)
    {
        var first = IndexAfter(_ends, start);
        var last = IndexAfter(_starts, end - 1) - 1;
        if (first > last) return 0;
        var tokens = _tokensBefore[last + 1] - _tokensBefore[first];
        if (_starts[first] < start) tokens += CutWord(first, start, end);
        if (_ends[last] > end && (last > first || _starts[first] >= start)) tokens += CutWord(last, start, end);
        return tokens;
    }

    private int CutWord(int index, int start, int end)
    {
        var whole = _tokensBefore[index + 1] - _tokensBefore[index];
        var from = Math.Max(start, _starts[index]);
        var part = new TextRange(from, Math.Min(end, _ends[index]) - from);
        return countPart(new TextRange(_starts[index], _ends[index] - _starts[index]), part) - whole;
    }

    // Index of the first offset that is greater.
    private static int IndexAfter(List<int> offsets, int offset)
    {
        var (low, high) = (0, offsets.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (offsets[middle] > offset) high = middle;
            else low = middle + 1;
        }

        return low;
    }
}
