using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Store;

namespace Millrace.Retrieval.Search;

/// <summary>
/// Reads what was ranked from the document store, which alone knows what the caller may see: chunks that were deleted or replaced
/// meanwhile, or whose documents no longer pass the filter or have a label that the caller holds, make room for those behind them.
/// </summary>
internal sealed class CandidateReading(PassageStore passages, ChunkVectors vectors)
{
    /// <summary>Name of the stage.</summary>
    public const string Stage = "read";

    // Few are gone between the ranking and the reading, so that one read is enough.
    private const int SparePassages = 8;

    /// <summary>Reads candidates.</summary>
    /// <param name="ranking">The chunks, best first.</param>
    /// <param name="plan">How many there may be, and what the caller may see.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public IReadOnlyList<Candidate> Read(Ranking ranking, QueryPlan plan, CancellationToken cancellationToken)
    {
        List<Candidate> candidates = [];
        foreach (var page in ranking.Chunks.Chunk(plan.CandidatesMax + SparePassages))
        {
            cancellationToken.ThrowIfCancellationRequested();
            candidates.AddRange(Visible(page, plan.Query.Filter));
            if (candidates.Count >= plan.CandidatesMax) break;
        }

        return candidates.Count <= plan.CandidatesMax ? candidates : candidates[..plan.CandidatesMax];
    }

    /// <summary>The vectors of candidates, by their chunks.</summary>
    public IReadOnlyDictionary<long, ReadOnlyMemory<float>> Vectors(IReadOnlyList<Candidate> candidates) =>
        vectors.Read([.. candidates.Select(candidate => candidate.Passage.Row)]);

    private IEnumerable<Candidate> Visible(ScoredChunk[] page, DocumentFilter filter)
    {
        var found = passages.Passages([.. page.Select(chunk => chunk.Chunk)], filter);
        return page.Where(chunk => found.ContainsKey(chunk.Chunk)).Select(chunk => new Candidate(found[chunk.Chunk], chunk.Score));
    }
}
