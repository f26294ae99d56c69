using Millrace.GuardTraining.Classification;
using Millrace.TestShared;

namespace Millrace.Guardrails.Tests.Classification;

public sealed class TrainingTests
{
    [Theory]
    [InlineData(new[] { 2f, 3f }, new[] { 0f, 1f }, 1.0)]
    [InlineData(new[] { 0f, 1f }, new[] { 2f, 3f }, 0.0)]
    [InlineData(new[] { 1f }, new[] { 1f }, 0.5)]
    [InlineData(new[] { 1f, 3f }, new[] { 2f }, 0.5)]
    public void AreaUnderCurve_IsTheShareOfPairsInOrder(float[] positives, float[] negatives, double area) =>
        Assert.Equal(area, Ranking.AreaUnderCurve(positives, negatives), precision: 6);

    [Fact]
    public void RecallAt_OneOfAHundred_SkipsTheWorstNegative()
    {
        var negatives = Enumerable.Range(0, 100).Select(value => (float)value).ToArray();

        var (recall, threshold) = Ranking.RecallAt(0.01, [97f, 98f, 98.5f, 200f], negatives);

        Assert.Equal(98f, threshold);
        Assert.Equal(0.5, recall);
    }

    [Fact]
    public void Fit_ScoresThatAreLogarithmsOfOdds_LeavesThemAlone()
    {
        // Of ten samples with odds of 4 : 1 eight are positive, and so on.
        var (scores, isPositive) = (new List<float>(), new List<bool>());
        foreach (var (odds, positive) in new[] { (4f, 800), (1f, 500), (0.25f, 200) })
            for (var i = 0; i < 1000; i++)
            {
                scores.Add(MathF.Log(odds));
                isPositive.Add(i < positive);
            }

        var (slope, offset) = Calibration.Fit(scores, isPositive);

        Assert.Equal(1, slope, tolerance: 0.01f);
        Assert.Equal(0, offset, tolerance: 0.01f);
    }

    [Fact]
    public void Checksum_OtherLineEnds_IsTheSame_OtherTextIsNot()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "a.txt");
        File.WriteAllText(file, "one\ntwo\n");
        var checksum = DataChecksum.Of(new DirectoryInfo(folder.Path));

        File.WriteAllText(file, "one\r\ntwo\r\n");
        Assert.Equal(checksum, DataChecksum.Of(new DirectoryInfo(folder.Path)));

        File.WriteAllText(file, "one\ntwo!\n");
        Assert.NotEqual(checksum, DataChecksum.Of(new DirectoryInfo(folder.Path)));
    }
}
