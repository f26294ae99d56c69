using Millrace.Retrieval.Search;
using Millrace.Retrieval.Store;

namespace Millrace.Retrieval.Context;

/// <summary>Reads the text around what was found: one read for each group of chunks that may grow together, and none for a chunk that
/// stands alone.</summary>
internal static class StretchReading
{
    /// <summary>Reads.</summary>
    /// <param name="hits">What was found, best first. What the caller may not see any more is left out.</param>
    /// <param name="request">How many neighbours are wanted.</param>
    /// <param name="texts">Where to read.</param>
    public static IReadOnlyList<FoundChunk> Read(IReadOnlyList<SearchHit> hits, ContextRequest request, IPassageTexts texts)
    {
        var around = hits.ToDictionary(hit => hit.Passage.Row, hit => Around(hit.Passage, request, texts));
        var stretches = new Dictionary<long, Stretch>();
        foreach (var edition in around.Values.SelectMany(chunks => chunks).GroupBy(chunk => chunk.Edition))
        {
            foreach (var group in Groups([.. edition.DistinctBy(chunk => chunk.Row).OrderBy(chunk => chunk.Ordinal)], request))
                if (Read(group, texts) is { } stretch)
                    foreach (var chunk in group) stretches[chunk.Row] = stretch;
        }

        return
        [
            .. hits.Select((hit, i) => (Hit: hit, Rank: i + 1)).Where(found => stretches.ContainsKey(found.Hit.Passage.Row)).Select(
                found => new FoundChunk(found.Hit, found.Rank, around[found.Hit.Passage.Row], stretches[found.Hit.Passage.Row])),
        ];
    }

    private static IReadOnlyList<StoredPassage> Around(StoredPassage passage, ContextRequest request, IPassageTexts texts) =>
        request.NeighbourChunks == 0 ? [passage] : texts.Neighbours(passage, request.NeighbourChunks, request.HeldLabels);

    // Chunks that overlap or touch; and neighbours, between which a heading may stand.
    private static IEnumerable<List<StoredPassage>> Groups(List<StoredPassage> chunks, ContextRequest request)
    {
        List<StoredPassage> group = [];
        var end = 0;
        foreach (var chunk in chunks)
        {
            var continues = group.Count > 0
                && (chunk.Start <= end + Places.GapCharsMax || (request.NeighbourChunks > 0 && chunk.Ordinal == group[^1].Ordinal + 1));
            if (!continues && group.Count > 0) yield return group;
            if (!continues) (group, end) = ([], 0);
            group.Add(chunk);
            end = Math.Max(end, chunk.End());
        }

        if (group.Count > 0) yield return group;
    }

    private static Stretch? Read(List<StoredPassage> group, IPassageTexts texts)
    {
        if (group.Count == 1) return new Stretch(group[0].Start, group[0].Text);
        var (start, end) = (group.Min(chunk => chunk.Start), group.Max(chunk => chunk.End()));
        var text = texts.Span(group[0], start, end - start);
        return text?.Length == end - start ? new Stretch(start, text) : null;
    }
}
