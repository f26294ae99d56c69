using Millrace.Retrieval.Encoders;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Search;

/// <summary>
/// Lets a cross-encoder read the best candidates beside the query. Its scores are joined with those before them, which are moved into 0 to
/// 1: <c>weight * reranked + (1 - weight) * before</c>. Candidates that it did not read keep their order behind the others.
/// </summary>
internal sealed class Reranking(IEncoder encoder)
{
    /// <summary>Name of the stage.</summary>
    public const string Stage = "rerank";

    /// <summary>Orders candidates anew.</summary>
    /// <param name="query">What the user asked.</param>
    /// <param name="candidates">The candidates, best first.</param>
    /// <param name="plan">How many are read, and how much it counts.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="MillraceException">The reranker did not answer.</exception>
    public async Task<IReadOnlyList<Candidate>> OrderAsync(
        string query, IReadOnlyList<Candidate> candidates, QueryPlan plan, CancellationToken cancellationToken)
    {
        List<Candidate> read = [.. candidates.Take(plan.RerankCount)];
        if (read.Count < 2 || plan.RerankWeight == 0) return candidates;
        var scores = await encoder.RerankAsync(query, read.ConvertAll(candidate => candidate.Passage.Text), cancellationToken);
        var before = Candidates.Normalised(read);
        var ordered = read.Select((candidate, i) => candidate with { Score = Joined(scores[i], before[i], plan.RerankWeight) }).BestFirst();
        return [.. ordered, .. candidates.Skip(read.Count).Select(candidate => candidate with { Score = 0 })];
    }

    // What the reranker says nothing of is taken as irrelevant to it.
    private static double Joined(double reranked, double before, double weight) =>
        (weight * (double.IsFinite(reranked) ? reranked : 0)) + ((1 - weight) * before);
}
