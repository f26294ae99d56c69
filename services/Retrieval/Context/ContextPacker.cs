using Millrace.Retrieval.Store;

namespace Millrace.Retrieval.Context;

/// <summary>
/// Puts found chunks into a context while they fit: the best first, each as it was found, and then what stands around them, again the best
/// first. A chunk that does not fit is left out, and smaller ones behind it are still tried. Chunks of one document that overlap or touch
/// become one passage.
/// </summary>
/// <param name="request">What is asked.</param>
/// <param name="tokens">Token counts.</param>
/// <param name="tokensMax">Most tokens.</param>
internal sealed class ContextPacker(ContextRequest request, TokenLedger tokens, int tokensMax)
{
    private readonly List<Part> _parts = [];

    /// <summary>Packs.</summary>
    /// <returns>The passages, in the order that was asked for.</returns>
    public IReadOnlyList<ContextPassage> Pack(IReadOnlyList<FoundChunk> found)
    {
        // A chunk that joins two passages saves a heading, which may be just what one that was left out before it needs.
        var packed = new SortedDictionary<int, FoundChunk>();
        for (var before = -1; packed.Count > before;)
        {
            before = packed.Count;
            foreach (var chunk in found)
                if (!packed.ContainsKey(chunk.Rank) && TryReplace([], new Part(chunk))) packed.Add(chunk.Rank, chunk);
        }

        foreach (var chunk in packed.Values) AddNeighbours(chunk);
        return [.. Ordered().Select(part => part.ToPassage())];
    }

    // What is farther away is not added where something nearer did not fit: a passage has no holes.
    private void AddNeighbours(FoundChunk found)
    {
        var (isOpenBefore, isOpenAfter) = (true, true);
        foreach (var neighbour in found.Neighbours)
        {
            var isBefore = neighbour.Ordinal < found.Passage.Ordinal;
            if (!(isBefore ? isOpenBefore : isOpenAfter)) continue;
            var part = _parts.Find(one => one.Best.Rank == found.Rank) ?? _parts.First(one => one.Holds(found.Passage));
            if (part.Holds(neighbour) || TryReplace([part], part.With(neighbour))) continue;
            if (isBefore) isOpenBefore = false;
            else isOpenAfter = false;
        }
    }

    private bool TryReplace(IReadOnlyList<Part> replaced, Part by)
    {
        List<Part> gone = [.. replaced];
        while (!request.KeepOverlaps && _parts.FirstOrDefault(part => !gone.Contains(part) && part.Touches(by)) is { } touching)
        {
            gone.Add(touching);
            by = by.With(touching);
        }

        List<Part> kept = [.. _parts.Where(part => !gone.Contains(part)), by];
        if (Tokens(kept) > tokensMax) return false;
        _parts.Clear();
        _parts.AddRange(kept);
        return true;
    }

    private int Tokens(List<Part> parts) =>
        tokens.Added + parts.Sum(part => tokens.Own(part.Block)) + ((parts.Count - 1) * tokens.Separator);

    private IEnumerable<Part> Ordered()
    {
        List<Part> bestFirst = [.. _parts.OrderBy(part => part.Best.Rank)];
        return request.Order switch
        {
            ContextOrder.Document => bestFirst.GroupBy(part => part.Best.Passage.Edition)
                .SelectMany(document => document.OrderBy(part => part.Start)),
            ContextOrder.Edges => bestFirst.Where((_, i) => i % 2 == 0).Concat(bestFirst.Where((_, i) => i % 2 == 1).Reverse()),
            _ => bestFirst,
        };
    }

    /// <summary>A passage of the context, made of one chunk or more of one stretch.</summary>
    private sealed class Part
    {
        private readonly IReadOnlyList<StoredPassage> _chunks;
        private readonly int _end;

        public Part(FoundChunk found)
            : this(found, [found.Passage])
        {
        }

        private Part(FoundChunk best, IEnumerable<StoredPassage> chunks)
        {
            Best = best;
            _chunks = [.. chunks.DistinctBy(chunk => chunk.Row).OrderBy(chunk => chunk.Ordinal)];
            (Start, _end) = (_chunks.Min(chunk => chunk.Start), _chunks.Max(chunk => chunk.End()));
            Block = ContextFormat.Block(best.Rank, best.Passage.Document.DocumentId, Text);
        }

        public FoundChunk Best { get; }

        public int Start { get; }

        // The best chunk's rank stands for its number, which is known only when all are packed.
        public string Block { get; }

        private string Text => Best.Stretch.Between(Start, _end);

        public bool Holds(StoredPassage chunk) => _chunks.Any(one => one.Row == chunk.Row);

        public bool Touches(Part other) => ReferenceEquals(Best.Stretch, other.Best.Stretch)
            && Start <= other._end + Places.GapCharsMax && other.Start <= _end + Places.GapCharsMax;

        public Part With(StoredPassage neighbour) => new(Best, [.. _chunks, neighbour]);

        public Part With(Part other) => new(Best.Rank < other.Best.Rank ? Best : other.Best, [.. _chunks, .. other._chunks]);

        public ContextPassage ToPassage() => new(
            Best.Passage with { Text = Text, Start = Start }, Best.Hit.Score, [.. _chunks.Select(chunk => chunk.ChunkId)]);
    }
}
