using Millrace.Inference.Sampling;
using Millrace.Inference.Scheduling;

namespace Millrace.Inference.Tests.Sampling;

public sealed class MirostatTests
{
    private const int Draws = 6000;
    private static readonly float[] Logits = [.. Enumerable.Range(1, 2000).Select(rank => -1.1f * MathF.Log(rank))];
    private static readonly SamplerScratch Scratch = new(new PlainVocabulary(Logits.Length));
    private static readonly double Normaliser = Math.Log(Logits.Sum(logit => Math.Exp(logit)));

    [Theory]
    [InlineData(1, 3.2f)]
    [InlineData(1, 4f)]
    [InlineData(2, 3.2f)]
    [InlineData(2, 4f)]
    [InlineData(2, 5.5f)]
    public void Sample_ManyTokens_HaveTheTargetAsMeanSurprise(int version, float tau)
    {
        var tokens = Run(new SamplingOptions { Mirostat = version, MirostatTau = tau }, seed: 3, Draws);

        Assert.InRange(tokens.Average(SurpriseOf), tau - 0.15, tau + 0.15);
    }

    [Fact]
    public void Sample_Version2_DrawsWithinTheBoundThatFollowsFromTheTokensBefore()
    {
        const double tau = 3;
        const double eta = 0.2f;
        var bound = 2 * tau;
        var excluded = 0;
        foreach (var token in Run(new SamplingOptions { Mirostat = 2, MirostatTau = (float)tau, MirostatEta = (float)eta }, seed: 4, 2000))
        {
            Assert.True(token == 0 || SurpriseOf(token) <= bound + 1e-3, $"{SurpriseOf(token)} bits are above {bound}");
            excluded += SurpriseOf(Logits.Length - 1) > bound ? 1 : 0;
            bound -= eta * (SurpriseOf(token) - tau);
        }

        Assert.True(excluded > 1000, $"The bound excluded tokens {excluded} times only.");
    }

    [Fact]
    public void Sample_Version2_FirstTokenFollowsTheDistributionWithinTheBound()
    {
        const int draws = 20_000;
        const float tau = 2.6f;
        var allowed = Enumerable.Range(0, Logits.Length).Where(id => SurpriseOf(id) <= 2 * tau).ToList();
        var mass = allowed.Sum(id => Math.Exp(Logits[id]));
        var counts = new int[Logits.Length];
        for (var seed = 0; seed < draws; seed++) counts[Run(new SamplingOptions { Mirostat = 2, MirostatTau = tau }, (ulong)seed, 1)[0]]++;

        Assert.Equal(draws, allowed.Sum(id => counts[id]));
        Assert.InRange(allowed.Count, 2, 12);
        double Expected(int id) => draws * Math.Exp(Logits[id]) / mass;
        var chiSquared = allowed.Sum(id => Math.Pow(counts[id] - Expected(id), 2) / Expected(id));
        Assert.True(chiSquared < 40, $"chi-squared is {chiSquared:0.0} for {allowed.Count} tokens");
    }

    [Fact]
    public void Sample_Version1_TakesAsManyOfTheBestAsZipfsLawSays()
    {
        // The logits follow Zipf's law exactly, so that the fit finds its exponent.
        const double exponent = 1.1;
        const float tau = 2.5f;
        var sum = (1 - Math.Pow(Logits.Length, 1 - exponent)) / (exponent - 1);
        var rankMax = (int)Math.Round(Math.Pow(Math.Pow(2, 2 * tau) / sum, 1 / exponent));

        var options = new SamplingOptions { Mirostat = 1, MirostatTau = tau };
        var firsts = Enumerable.Range(0, 4000).Select(seed => Run(options, (ulong)seed, 1)[0]);

        Assert.Equal(Enumerable.Range(0, rankMax), firsts.Distinct().Order());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Sample_SameSeed_GivesTheSameTokens(int version)
    {
        var options = new SamplingOptions { Mirostat = version, Temperature = 0.9f };

        Assert.Equal(Run(options, 5, 200), Run(options, 5, 200));
        Assert.NotEqual(Run(options, 5, 200), Run(options, 6, 200));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Sample_OddDistributions_AlwaysFindAToken(int version)
    {
        float[][] odd = [[0], [0, 0, 0], [5, float.NegativeInfinity], [float.NaN, 1, 2], [1e30f, -1e30f, 0], [.. new float[300]]];
        foreach (var logits in odd)
        {
            var options = new SamplingOptions { Mirostat = version, MirostatTau = 0.1f, MirostatEta = 1 };
            var scratch = new SamplerScratch(new PlainVocabulary(logits.Length));
            var sampler = new Sampler(options, default, new RandomSource(1, 0), scratch);
            for (var i = 0; i < 100; i++) Assert.True(float.IsFinite(logits[sampler.Sample(logits, new Sequence(1, [0], 10))!.Value.Id]));
        }
    }

    private static double SurpriseOf(int token) => (Normaliser - Logits[token]) / Math.Log(2);

    private static List<int> Run(SamplingOptions options, ulong seed, int count)
    {
        var sampler = new Sampler(options, default, new RandomSource(seed, 0), Scratch);
        var sequence = new Sequence(1, [0], 10);
        return [.. Enumerable.Range(0, count).Select(_ => sampler.Sample(Logits, sequence)!.Value.Id)];
    }
}
