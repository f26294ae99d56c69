using Millrace.Retrieval.Parsing;

namespace Millrace.Retrieval.Chunking;

/// <summary>A piece of a section on its way into a chunk.</summary>
/// <param name="Section">The section.</param>
/// <param name="Range">Where it stands in the document's text.</param>
/// <param name="TokenCount">Its tokens, those that the model adds included; null until they are counted.</param>
internal sealed record Piece(Section Section, TextRange Range, int? TokenCount)
{
    /// <summary>A whole section as one piece.</summary>
    public static Piece Of(Section section, string text)
    {
        var range = TextPieces.Cut(text, new TextRange(section.Start, section.Length), PieceLevel.Section, runBytesMax: 0).First();
        return new Piece(section, range, TokenCount: null);
    }

    /// <summary>The piece's text.</summary>
    public string TextIn(string text) => text.Substring(Range.Start, Range.Length);
}

/// <summary>Neighbouring pieces of one section.</summary>
/// <param name="Pieces">The pieces, in order, at least one.</param>
internal sealed record PackedChunk(IReadOnlyList<Piece> Pieces)
{
    private int Start => Pieces[0].Range.Start;

    private int Length => Pieces[^1].Range.End - Start;

    /// <summary>The chunk's text: everything from the first piece to the last.</summary>
    public string TextIn(string text) => text.Substring(Start, Length);

    /// <summary>The finished chunk.</summary>
    public Chunk ToChunk(int tokenCount) => new(Pieces[0].Section, Start, Length, tokenCount);

    /// <summary>The chunk as two.</summary>
    public IEnumerable<PackedChunk> Halves()
    {
        var middle = Pieces.Count / 2;
        return [new PackedChunk([.. Pieces.Take(middle)]), new PackedChunk([.. Pieces.Skip(middle)])];
    }
}

/// <summary>Packs neighbouring pieces up to the limit; each chunk begins with as many whole pieces of the one before as the overlap
/// allows.</summary>
/// <param name="settings">Limits.</param>
/// <param name="addedTokens">Tokens that the model adds around a text; they count once per chunk.</param>
internal sealed class ChunkPacker(ChunkingSettings settings, int addedTokens)
{
    /// <summary>Packs the pieces of one section.</summary>
    public IEnumerable<PackedChunk> Pack(IReadOnlyList<Piece> pieces)
    {
        var (first, tokens) = (0, addedTokens);
        for (var i = 0; i < pieces.Count; i++)
        {
            if (i > first && tokens + Own(pieces[i]) > settings.TokensMax)
            {
                yield return new PackedChunk([.. pieces.Skip(first).Take(i - first)]);
                (first, tokens) = BeginNext(pieces, first, i);
            }

            tokens += Own(pieces[i]);
        }

        if (pieces.Count > 0) yield return new PackedChunk([.. pieces.Skip(first)]);
    }

    private (int First, int Tokens) BeginNext(IReadOnlyList<Piece> pieces, int previousFirst, int next)
    {
        var budget = Math.Min(settings.OverlapTokens, settings.TokensMax - addedTokens - Own(pieces[next]));
        var (first, shared) = (next, 0);
        while (first - 1 > previousFirst && shared + Own(pieces[first - 1]) <= budget) shared += Own(pieces[--first]);
        return (first, addedTokens + shared);
    }

    private int Own(Piece piece) => Math.Max(0, (piece.TokenCount ?? 0) - addedTokens);
}
