using Millrace.Retrieval.Parsing;

namespace Millrace.Retrieval.Chunking;

/// <summary>
/// Cuts a document into chunks, section by section: a section that fits is one chunk; one that does not is cut into paragraphs, lines,
/// sentences and at last runs of words, each only where the larger unit is too long, and neighbours are packed together again up to the
/// limit. All sections move through the levels together, so that counting costs a handful of calls per document and not one per piece.
/// </summary>
/// <param name="counter">Counts with the embedding model's tokenizer.</param>
/// <param name="settings">Limits; valid.</param>
internal sealed class RecursiveChunker(ITokenCounter counter, ChunkingSettings settings) : IChunker
{
    private readonly int _runBytesMax = settings.TokensMax - TokenBounds.AddedMax;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Chunk>> CutAsync(ParsedDocument document, CancellationToken cancellationToken)
    {
        if (document.Sections.Count == 0) return [];
        var pieces = await PiecesThatFitAsync(document, cancellationToken);
        if (pieces.Count == document.Sections.Count)
            return [.. pieces.Select(piece => new PackedChunk([piece]).ToChunk(piece.TokenCount ?? 0))];
        var packer = new ChunkPacker(settings, await AddedTokensAsync(cancellationToken));
        var packed = pieces.GroupBy(piece => piece.Section).SelectMany(section => packer.Pack([.. section])).ToList();
        return await VerifyAsync(document, packed, cancellationToken);
    }

    private async Task<List<Piece>> PiecesThatFitAsync(ParsedDocument document, CancellationToken cancellationToken)
    {
        List<Piece> pieces = [.. document.Sections.Select(section => Piece.Of(section, document.Text))];
        for (var level = PieceLevel.Section; ; level++)
        {
            pieces = await CountAsync(document.Text, pieces, cancellationToken);
            if (level == PieceLevel.Run || !pieces.Exists(piece => MustCut(piece, level + 1))) return pieces;
            pieces = [.. pieces.SelectMany(piece => CutWhereNeeded(document.Text, piece, level + 1))];
        }
    }

    private IEnumerable<Piece> CutWhereNeeded(string text, Piece piece, PieceLevel level) => MustCut(piece, level)
        ? TextPieces.Cut(text, piece.Range, level, _runBytesMax).Select(range => new Piece(piece.Section, range, TokenCount: null))
        : [piece];

    // An overlap is made of whole sentences, so with one asked for, sections that do not fit are cut down to sentences everywhere.
    private bool MustCut(Piece piece, PieceLevel level) =>
        piece.TokenCount > settings.TokensMax
        || (settings.OverlapTokens > 0 && level <= PieceLevel.Sentence && piece.Range.Length < piece.Section.Length);

    private async Task<List<Piece>> CountAsync(string text, List<Piece> pieces, CancellationToken cancellationToken)
    {
        var uncounted = pieces.Where(piece => piece.TokenCount is null).Select(piece => piece.TextIn(text)).ToList();
        if (uncounted.Count == 0) return pieces;
        var counts = await counter.CountAsync(uncounted, cancellationToken);
        var next = 0;
        return [.. pieces.Select(piece => piece.TokenCount is null ? piece with { TokenCount = counts[next++] } : piece)];
    }

    // What the model adds around any text: with a word of w tokens, 2(w + added) - (2w + added) = added.
    private async Task<int> AddedTokensAsync(CancellationToken cancellationToken)
    {
        var counts = await counter.CountAsync(["a", "a a"], cancellationToken);
        return Math.Clamp((2 * counts[0]) - counts[1], 0, TokenBounds.AddedMax);
    }

    // Some tokenizers count a joined text higher than its parts; such a chunk is halved until it fits, at the latest piece by piece.
    private async Task<IReadOnlyList<Chunk>> VerifyAsync(
        ParsedDocument document, List<PackedChunk> packed, CancellationToken cancellationToken)
    {
        while (true)
        {
            var counts = await counter.CountAsync([.. packed.Select(chunk => chunk.TextIn(document.Text))], cancellationToken);
            if (!packed.Where((chunk, i) => IsTooLong(chunk, counts[i])).Any())
                return WithoutRepetitions(packed.Select((chunk, i) => chunk.ToChunk(counts[i])));
            packed = [.. packed.SelectMany((chunk, i) => IsTooLong(chunk, counts[i]) ? chunk.Halves() : [chunk])];
        }
    }

    // Halving can leave a chunk that is nothing but the overlap with a neighbour.
    private static List<Chunk> WithoutRepetitions(IEnumerable<Chunk> chunks)
    {
        List<Chunk> kept = [];
        foreach (var chunk in chunks)
        {
            if (kept.Count > 0 && kept[^1].Contains(chunk)) continue;
            if (kept.Count > 0 && chunk.Contains(kept[^1])) kept.RemoveAt(kept.Count - 1);
            kept.Add(chunk);
        }

        return kept;
    }

    private bool IsTooLong(PackedChunk chunk, int tokenCount) => tokenCount > settings.TokensMax && chunk.Pieces.Count > 1;
}
