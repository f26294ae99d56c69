using Millrace.Inference.Sampling;

namespace Millrace.Inference.Tests.Sampling;

public sealed class CandidateFiltersTests
{
    /// <summary>Sums that come this close to a limit may fall on either side of it: weights are floats.</summary>
    private const double Tolerance = 2e-5;

    [Theory]
    [InlineData(1, 12, 3000)]
    [InlineData(2, 200, 1500)]
    [InlineData(3, 5000, 60)]
    public void Select_RandomDistributions_IsTheDefinition(int seed, int sizeMax, int rounds)
    {
        var random = new Random(seed);
        for (var round = 0; round < rounds; round++)
        {
            var logits = RandomLogits(random, 1 + random.Next(sizeMax));
            var options = RandomFilters(random, logits.Length);
            var scratch = new SamplerScratch(new PlainVocabulary(logits.Length));

            CandidateFilters.Select(logits, logits.Max(), options, scratch);

            var actual = scratch.Candidates.Items.ToArray().Select(candidate => candidate.Id).ToList();
            var (least, most) = (Definition(logits, options, -Tolerance), Definition(logits, options, Tolerance));
            Assert.True(
                actual.SequenceEqual(least.Order()) || actual.SequenceEqual(most.Order()) || IsBetween(least, actual, most),
                $"seed {seed}, round {round}: {options} kept {actual.Count} of {logits.Length}, not {least.Count} to {most.Count}");
        }
    }

    [Fact]
    public void Select_EqualWeights_KeepsTheLowestIds()
    {
        float[] logits = [1, 1, 1, 1, 1, 1, 1, 1];

        Assert.Equal([0, 1, 2], Kept(logits, new SamplingOptions { TopK = 3 }));
        Assert.Equal([0, 1, 2, 3], Kept(logits, new SamplingOptions { TopP = 0.5f }));
        Assert.Equal([0, 1], Kept(logits, new SamplingOptions { TypicalP = 0.25f }));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], Kept(logits, new SamplingOptions { MinP = 1 }));
    }

    [Fact]
    public void Select_Typical_MayLeaveOutTheMostProbableToken()
    {
        // Probabilities 0.4 and twelve times 0.05: the mean surprise is near that of the twelve.
        float[] logits = [MathF.Log(0.4f), .. Enumerable.Repeat(MathF.Log(0.05f), 12)];

        Assert.Equal(Enumerable.Range(1, 10), Kept(logits, new SamplingOptions { TypicalP = 0.4999f }));
    }

    [Fact]
    public void Select_ImpossibleTokens_AreNeverKept()
    {
        float[] logits = [float.NegativeInfinity, 2, float.NegativeInfinity, -200, 1];

        Assert.Equal([1, 4], Kept(logits, new SamplingOptions { TopK = 5 }));
        Assert.Equal([1, 4], Kept(logits, new SamplingOptions { TypicalP = 0.99999f }));
        Assert.Equal([1, 4], Kept(logits, new SamplingOptions { TopP = 0.99999f }));
    }

    [Theory]
    [InlineData(1e-30f)]
    [InlineData(1e-45f)]
    public void Select_NextToNoTemperature_KeepsTheBest(float temperature)
    {
        SamplingOptions[] all = [new() { TopK = 2 }, new() { TopP = 0.9f }, new() { MinP = 0.1f }, new() { TypicalP = 0.9f }];
        foreach (var options in all) Assert.Equal([2], Kept([1, 2, 3, 0], options with { Temperature = temperature }));
    }

    private static int[] Kept(float[] logits, SamplingOptions options)
    {
        var scratch = new SamplerScratch(new PlainVocabulary(logits.Length));
        CandidateFilters.Select(logits, logits.Max(), options, scratch);
        return [.. scratch.Candidates.Items.ToArray().Select(candidate => candidate.Id)];
    }

    private static bool IsBetween(List<int> least, List<int> actual, List<int> most) =>
        least.Count <= actual.Count && actual.Count <= most.Count && !least.Except(actual).Any() && !actual.Except(most).Any();

    private static float[] RandomLogits(Random random, int size)
    {
        var spread = 0.2 + (random.NextDouble() * 20);
        return [.. Enumerable.Range(0, size).Select(_ => (float)((random.NextDouble() - random.NextDouble()) * spread))];
    }

    private static SamplingOptions RandomFilters(Random random, int size) => new()
    {
        Temperature = 0.5f + (1.5f * random.NextSingle()),
        TopK = random.Next(2) * random.Next(1, size + 2),
        TopP = random.Next(2) == 0 ? 1 : 0.01f + (0.98f * random.NextSingle()),
        TypicalP = random.Next(3) > 0 ? 1 : 0.01f + (0.98f * random.NextSingle()),
        MinP = random.Next(2) * random.NextSingle() * random.NextSingle(),
    };

    /// <summary>Sorts everything, in double precision, one filter after the other.</summary>
    private static List<int> Definition(float[] logits, SamplingOptions options, double tolerance)
    {
        var max = logits.Max();
        var weights = logits.Select(logit => Math.Exp((logit - max) / (double)options.Temperature)).ToArray();
        var kept = Enumerable.Range(0, logits.Length).OrderByDescending(id => logits[id]).ToList();
        if (options.TopK > 0) kept = [.. kept.Take(options.TopK)];
        if (options.TypicalP < 1)
        {
            var mass = kept.Sum(id => weights[id]);
            var entropy = kept.Sum(id => -weights[id] / mass * Math.Log(weights[id] / mass));
            var typical = kept.OrderBy(id => Math.Abs(-Math.Log(weights[id] / mass) - entropy)).ToList();
            kept = [.. Reaching(typical, weights, (options.TypicalP + tolerance) * mass).OrderByDescending(id => logits[id])];
        }

        if (options.TopP < 1) kept = Reaching(kept, weights, (options.TopP + tolerance) * kept.Sum(id => weights[id]));
        var least = (options.MinP - (tolerance * options.MinP)) * weights[kept[0]];
        return [.. kept.Where(id => weights[id] >= least)];
    }

    private static List<int> Reaching(List<int> ordered, double[] weights, double mass)
    {
        var sum = 0.0;
        var count = ordered.FindIndex(id => (sum += weights[id]) >= mass) + 1;
        return count == 0 ? ordered : ordered[..count];
    }
}
