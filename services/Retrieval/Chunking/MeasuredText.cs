using System.Buffers;
using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Parsing;

namespace Millrace.Retrieval.Chunking;

/// <summary>A document whose parts can be counted, and the limits of its chunks. Not thread-safe.</summary>
/// <param name="document">The document.</param>
/// <param name="measure">Counts its parts.</param>
/// <param name="settings">The limits; valid.</param>
internal sealed class MeasuredText(ParsedDocument document, ITextMeasure measure, ChunkingSettings settings)
{
    // Any number of symbols that a model does not know is one token to it; a chunk must not grow without end by them.
    private const int CharsPerTokenMax = 64;

    private static readonly SearchValues<char> WhiteSpace =
        SearchValues.Create([.. Enumerable.Range(0, char.MaxValue + 1).Select(c => (char)c).Where(char.IsWhiteSpace)]);

    private (int Start, int End) _word;

    /// <summary>Most UTF-16 code units of a range that may have so many tokens.</summary>
    public static long CharsMax(int tokens) => (long)tokens * CharsPerTokenMax;

    /// <summary>The document.</summary>
    public ParsedDocument Document => document;

    /// <summary>How it is cut.</summary>
    public ChunkingSettings Settings => settings;

    /// <summary>Most tokens of a chunk without those that the model adds.</summary>
    public int OwnTokensMax { get; } = Math.Max(1, settings.TokensMax - measure.AddedTokens);

    /// <summary>Tokens of a range, none added.</summary>
    public int Tokens(TextRange range) => measure.Count(range.Start, range.End);

    /// <summary>Whether a range is no longer than a chunk may be.</summary>
    public bool Fits(TextRange range) => Fits(range, OwnTokensMax);

    /// <summary>Whether a range has at most so many tokens, and not too many characters for them.</summary>
    public bool Fits(TextRange range, int tokensMax) =>
        range.Length <= CharsMax(tokensMax) && Tokens(range) <= tokensMax;

    /// <summary>A section without white space at its ends; empty when it has nothing else.</summary>
    public TextRange RangeOf(Section section) => TextRange.Trimmed(document.Text, section.Start, section.Start + section.Length);

    /// <summary>Where the word ends that a place is in; the place itself where white space is. A long word is looked through once, however
    /// many of its places are asked for one after the other.</summary>
    public int EndOfWord(int start)
    {
        if (start >= _word.Start && start < _word.End) return _word.End;
        var length = document.Text.AsSpan(start).IndexOfAny(WhiteSpace);
        _word = (start, length < 0 ? document.Text.Length : start + length);
        return _word.End;
    }

    /// <summary>A range as a chunk.</summary>
    public Chunk ChunkOf(Section section, TextRange range) =>
        new(section, range.Start, range.Length, Tokens(range) + measure.AddedTokens);
}
