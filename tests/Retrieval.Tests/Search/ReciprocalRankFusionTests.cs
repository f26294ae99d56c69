using Millrace.Retrieval.Index;
using Millrace.Retrieval.Search;

namespace Millrace.Retrieval.Tests.Search;

public sealed class ReciprocalRankFusionTests
{
    [Fact]
    public void Fuse_TwoRankings_SumsWeightedReciprocalRanks()
    {
        var fused = ReciprocalRankFusion.Fuse([new(Ranking("a", 1, 2, 3), 1), new(Ranking("b", 3, 4), 0.5)], constant: 60);

        Assert.Equal([3L, 1, 2, 4], fused.Chunks.Select(chunk => chunk.Chunk));
        Assert.Equal((1 / 63.0) + (0.5 / 61), fused.Chunks[0].Score, 12);
        Assert.Equal(1 / 61.0, fused.Chunks[1].Score, 12);
        Assert.Equal(0.5 / 62, fused.Chunks[3].Score, 12);
    }

    [Fact]
    public void Fuse_EqualScores_KeepsTheFirstRankingsOrder()
    {
        var fused = ReciprocalRankFusion.Fuse([new(Ranking("a", 7, 8), 1), new(Ranking("b", 8, 7), 1)], constant: 60);

        Assert.Equal([7L, 8], fused.Chunks.Select(chunk => chunk.Chunk));
    }

    [Fact]
    public void Fuse_Nothing_IsEmpty()
    {
        Assert.Empty(ReciprocalRankFusion.Fuse([new(Ranking("a"), 1)], constant: 60).Chunks);
    }

    private static Ranking Ranking(string stage, params long[] chunks) =>
        new(stage, [.. chunks.Select(chunk => new ScoredChunk(chunk, 0))]);
}
