using Millrace.Guardrails.Injection;

namespace Millrace.Guardrails.Leaks;

/// <summary>A word as it was read.</summary>
/// <param name="Hash">Hash of its letters in lower case; odd. 0 is a break: what is behind goes on from nothing.</param>
/// <param name="Start">Offset of its first character.</param>
/// <param name="End">Offset behind its last character.</param>
internal readonly record struct ReadWord(ulong Hash, long Start, long End);

/// <summary>
/// Reads words character by character, whatever stands between them. A character of a script without spaces is a word of its own. A word
/// or a gap that is longer than texts have is a break, which bounds how long a run of words can be.
/// </summary>
internal struct WordReader
{
    /// <summary>Most characters of a word, and of what stands between two.</summary>
    public const int CharsMax = 64;

    private const ulong Basis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    private ulong _hash;
    private long _start;
    private int _length;
    private int _gap;

    /// <summary>Offset at which the word starts that is being read; -1 between words.</summary>
    public readonly long Unfinished => _length > 0 ? _start : -1;

    /// <summary>Reads a character.</summary>
    /// <param name="c">The character.</param>
    /// <param name="at">Its offset.</param>
    /// <param name="words">Takes the words that end with it or before it; room for two.</param>
    /// <returns>How many.</returns>
    public int Push(char c, long at, Span<ReadWord> words)
    {
        if (!char.IsLetterOrDigit(c)) return PushGap(at, words);

        var isWhole = SentenceWords.IsUnspaced(c);
        var count = isWhole ? End(at, words) : 0;
        if (_length == 0) (_hash, _start) = (Basis, at);
        _hash = (_hash ^ Fold(c)) * Prime;
        _gap = 0;
        if (++_length > CharsMax) return Break(at, words);
        return isWhole ? count + End(at + 1, words[count..]) : count;
    }

    /// <summary>Ends the word that is being read.</summary>
    /// <returns>1 when there was one.</returns>
    public int End(long at, Span<ReadWord> words)
    {
        if (_length == 0) return 0;
        words[0] = new ReadWord(_hash | 1, _start, at);
        _length = 0;
        return 1;
    }

    /// <summary>The words of a whole text.</summary>
    public static List<ulong> Read(string text)
    {
        var (reader, read) = (default(WordReader), new List<ulong>());
        Span<ReadWord> words = stackalloc ReadWord[2];
        for (var at = 0; at <= text.Length; at++)
        {
            var count = at < text.Length ? reader.Push(text[at], at, words) : reader.End(at, words);
            foreach (var word in words[..count])
                if (word.Hash != 0) read.Add(word.Hash);
        }

        return read;
    }

    private int PushGap(long at, Span<ReadWord> words)
    {
        var count = End(at, words);
        return ++_gap == CharsMax ? Break(at, words) : count;
    }

    private int Break(long at, Span<ReadWord> words)
    {
        words[0] = new ReadWord(0, at, at);
        _length = 0;
        return 1;
    }

    private static char Fold(char c)
    {
        Span<char> folded = stackalloc char[1];
        FoldedText.Fold([c], folded);
        return folded[0];
    }
}
