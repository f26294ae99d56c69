using Millrace.Retrieval.Search;
using Millrace.Retrieval.Tests.Fixtures;

namespace Millrace.Retrieval.Tests.Search;

public sealed class DiversityTests
{
    private static readonly Candidate[] Candidates =
        [Found.Candidate(1, 10), Found.Candidate(2, 9), Found.Candidate(3, 5), Found.Candidate(4, 0)];

    // 1 and 2 say nearly the same; 3 and 4 something else each.
    private static readonly Dictionary<long, ReadOnlyMemory<float>> Vectors = new()
    {
        [1] = new float[] { 1, 0, 0 },
        [2] = new float[] { 0.8f, 0.6f, 0 },
        [3] = new float[] { 0, 0, 1 },
        [4] = new float[] { 0, 1, 0 },
    };

    [Fact]
    public void Choose_RelevanceAlone_KeepsTheOrder()
    {
        Assert.Equal([1, 2, 3, 4], Rows(1, 4));
    }

    [Fact]
    public void Choose_Both_PutsWhatIsNewBeforeWhatRepeats()
    {
        // After 1: for 2, 0.5 * 0.9 - 0.5 * 0.8 = 0.05; for 3, 0.5 * 0.5 - 0 = 0.25; then for 4, 0 - 0 = 0.
        Assert.Equal([1, 3, 2, 4], Rows(0.5, 4));
        Assert.Equal([1, 3], Rows(0.5, 2));
    }

    [Fact]
    public void Choose_VarietyAlone_StartsWithTheBest()
    {
        Assert.Equal([1, 3, 4, 2], Rows(0, 4));
    }

    [Fact]
    public void Choose_Chosen_KeepTheirScoresAndTellTheirValues()
    {
        var (chosen, ranking) = Diversity.Choose(Candidates, Vectors, 0.5, 2);

        Assert.Equal([10, 5], chosen.Select(candidate => candidate.Score));
        Assert.Equal(("mmr", 0.5, 0.25), (ranking.Stage, ranking.Chunks[0].Score, ranking.Chunks[1].Score));
    }

    [Fact]
    public void Choose_WithoutVectorsOrCandidates_KeepsWhatThereIs()
    {
        var (chosen, _) = Diversity.Choose(Candidates, new Dictionary<long, ReadOnlyMemory<float>> { [1] = new float[] { 1 } }, 0.5, 10);

        Assert.Equal([1, 2, 3, 4], Found.Rows(chosen));
        Assert.Empty(Diversity.Choose([], Vectors, 0.5, 10).Chosen);
    }

    private static long[] Rows(double lambda, int countMax) => Found.Rows(Diversity.Choose(Candidates, Vectors, lambda, countMax).Chosen);
}
