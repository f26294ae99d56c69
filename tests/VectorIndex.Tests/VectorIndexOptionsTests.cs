namespace Millrace.VectorIndex.Tests;

public sealed class VectorIndexOptionsTests
{
    [Fact]
    public void Faults_UsableOptions_AreNone() => Assert.Empty(new VectorIndexOptions { Dimension = 384 }.Faults());

    [Fact]
    public void CreateInMemory_SeveralFaults_NamesEachWithAdvice()
    {
        var error = Assert.Throws<ArgumentException>(() => VectorIndex.CreateInMemory(
            new() { M = 1, EfConstruction = 100_000, RescoreFactor = double.NaN, Metric = (Metric)9 }));

        Assert.Contains("Dimension is 0, and must be from 1 to", error.Message, StringComparison.Ordinal);
        Assert.Contains("set it to the number of floats that the embedding model returns", error.Message, StringComparison.Ordinal);
        Assert.Contains("M is 1", error.Message, StringComparison.Ordinal);
        Assert.Contains("EfConstruction is 100000", error.Message, StringComparison.Ordinal);
        Assert.Contains("RescoreFactor is NaN", error.Message, StringComparison.Ordinal);
        Assert.Contains("Metric is 9, and must be one of Cosine, DotProduct, L2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_BreadthBelowLinks_IsOne() =>
        Assert.Contains("EfConstruction is 10", Assert.Single(new VectorIndexOptions { Dimension = 4, EfConstruction = 10 }.Faults()));
}
