using Millrace.Inference.Sampling;
using Millrace.Inference.Scheduling;

namespace Millrace.Inference.Tests.Sampling;

public sealed class SamplerTests
{
    private const int Draws = 20_000;
    private static readonly float[] Logits = [1.5f, 0.2f, -0.7f, 2.1f, 0.9f, -3f, 0f, 1.1f];

    public static TheoryData<string> Configurations =>
    [
        "plain", "warm", "top_k", "top_p", "min_p", "top_k and top_p", "top_p and min_p", "typical", "typical and top_p", "bias", "all",
    ];

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Sample_ManyDraws_FollowTheExactDistribution(string configuration)
    {
        var options = Configuration(configuration);
        var expected = ExactDistribution(options);
        var sampler = New(options with { Seed = 42 });

        var counts = new int[Logits.Length];
        for (var i = 0; i < Draws; i++) counts[Draw(sampler)]++;

        // Chi-squared over the tokens that can be drawn; the bound is the 0.9999 quantile for 7 degrees of freedom.
        var chiSquared = 0.0;
        for (var id = 0; id < counts.Length; id++)
        {
            if (expected[id] == 0) Assert.Equal(0, counts[id]);
            else chiSquared += Math.Pow(counts[id] - (expected[id] * Draws), 2) / (expected[id] * Draws);
        }

        Assert.True(chiSquared < 29.9, $"chi-squared is {chiSquared:0.0}: {string.Join(' ', counts)}");
    }

    [Fact]
    public void Sample_Greedy_TakesTheBestAndTheFirstOfEqualOnes()
    {
        var sampler = New(new SamplingOptions { Temperature = 0 });

        Assert.Equal(3, Draw(sampler));
        Assert.Equal(1, Draw(sampler, [0f, 5f, 5f, 1f, 0f, 0f, 0f, 0f]));
    }

    [Fact]
    public void Sample_SameSeed_GivesTheSameTokens()
    {
        int[] Run(ulong seed, int stream)
        {
            var sampler = New(new SamplingOptions(), seed: seed, stream: stream);
            return [.. Enumerable.Range(0, 50).Select(_ => Draw(sampler))];
        }

        Assert.Equal(Run(7, 0), Run(7, 0));
        Assert.NotEqual(Run(7, 0), Run(8, 0));
        Assert.NotEqual(Run(7, 0), Run(7, 1));
    }

    [Fact]
    public void Sample_OneAfterAnother_IsAsWithSamplersBetween()
    {
        var options = new SamplingOptions { Mirostat = 2, FrequencyPenalty = 0.3f, DryMultiplier = 1, DryBreakers = ["x"] };
        var scratch = new SamplerScratch(new PlainVocabulary(Logits.Length));

        int[] Run(bool withOthers)
        {
            var sampler = new Sampler(options, default, new RandomSource(3, 0), scratch);
            var other = new Sampler(new SamplingOptions { TopK = 2, RepeatPenalty = 2 }, default, new RandomSource(4, 1), scratch);
            var sequence = NewSequence([1, 2, 1, 2]);
            for (var i = 0; i < 60; i++)
            {
                sequence.Append(sampler.Sample(Logits, sequence)!.Value.Id);
                if (withOthers) other.Sample(Logits, sequence);
            }

            return sequence.Tokens.ToArray();
        }

        Assert.Equal(Run(withOthers: false), Run(withOthers: true));
    }

    [Fact]
    public void RandomSource_KnownSeed_NeverChanges()
    {
        var random = new RandomSource(1, 0);

        // Answers to seeds that people have kept depend on these numbers.
        Assert.Equal([0.7029218332, 0.5204366199, 0.5741057000], Enumerable.Range(0, 3).Select(_ => Math.Round(random.NextUnit(), 10)));
    }

    [Fact]
    public void Sample_FrequencyAndPresencePenalty_CountTheOutputOnly()
    {
        var sampler = New(new SamplingOptions { Temperature = 0, FrequencyPenalty = 0.5f, PresencePenalty = 0.2f });
        float[] logits = [0f, 0f, 0f, 2f, 1f, 0f, 0f, 0f];
        var sequence = NewSequence([3, 3, 3]);

        int Next()
        {
            var id = sampler.Sample(logits, sequence)!.Value.Id;
            sequence.Append(id);
            return id;
        }

        // 2.0, 2-0.7=1.3, 2-1.2=0.8 < 1.0, then 4 falls to 0.3 and 3 leads with 0.8 again.
        Assert.Equal([3, 3, 4, 3], [Next(), Next(), Next(), Next()]);
    }

    [Fact]
    public void Sample_RepeatPenalty_LooksAtTheLastTokensOnly()
    {
        var sampler = New(new SamplingOptions { Temperature = 0, RepeatPenalty = 2, RepeatLastN = 2 });
        float[] logits = [1.5f, 0f, 0f, 2f, 0f, 0f, 0f, 0f];

        Assert.Equal(0, sampler.Sample(logits, NewSequence([3, 1]))!.Value.Id);
        Assert.Equal(3, sampler.Sample(logits, NewSequence([3, 1, 1]))!.Value.Id);
        Assert.Equal(1, New(new SamplingOptions { Temperature = 0, RepeatPenalty = 2 })
            .Sample([-1f, -1.5f, -9f, -9f, -9f, -9f, -9f, -9f], NewSequence([0]))!.Value.Id);
    }

    [Fact]
    public void Sample_NaNAmongLogits_IsNeverChosen()
    {
        float[] logits = [float.NaN, 1f, float.NaN, 0f, float.NegativeInfinity, 0f, 0f, 0f];

        Assert.Equal(1, Draw(New(new SamplingOptions { Temperature = 0 }), logits));
        var sampler = New(new SamplingOptions { TopP = 0.9f, TopK = 5 });
        for (var i = 0; i < 200; i++) Assert.Contains(Draw(sampler, logits), new[] { 1, 3, 5, 6, 7 });
    }

    [Fact]
    public void Sample_NoUsableLogit_GivesNothing()
    {
        float[] nan = [.. Enumerable.Repeat(float.NaN, Logits.Length)];
        float[] impossible = [.. Enumerable.Repeat(float.NegativeInfinity, Logits.Length)];

        Assert.Null(New(new SamplingOptions()).Sample(nan, NewSequence([1])));
        Assert.Null(New(new SamplingOptions { TopK = 3 }).Sample(impossible, NewSequence([1])));
    }

    [Fact]
    public void Sample_InfiniteLogit_WinsWithoutNaN()
    {
        float[] logits = [0f, float.PositiveInfinity, 0f, 0f, 0f, 0f, 0f, 0f];

        Assert.Equal(1, Draw(New(new SamplingOptions()), logits));
        Assert.Equal(1, Draw(New(new SamplingOptions { TopP = 0.5f }), logits));
    }

    [Fact]
    public void Sample_Logprobs_AreLogSoftmaxBeforeBiasAndFilters()
    {
        var options = new SamplingOptions { TopK = 1, LogitBias = new Dictionary<int, float> { [5] = 100 } };
        var sampler = New(options, new LogprobRequest(true, 8));

        var token = sampler.Sample(Logits, NewSequence([1]))!.Value;

        var normaliser = Math.Log(Logits.Sum(logit => Math.Exp(logit)));
        Assert.Equal(5, token.Id);
        Assert.Equal(Logits[5] - normaliser, token.Logprob, 1e-5);
        Assert.Equal([3, 0, 7, 4, 1, 6, 2, 5], token.Top.Select(top => top.Id));
        Assert.Equal(1, token.Top.Sum(top => Math.Exp(top.Logprob)), 1e-5);
    }

    public static TheoryData<object> Frugal =>
    [
        new SamplingOptions { TopP = 0.9f, TopK = 4, MinP = 0.01f, RepeatPenalty = 1.1f, FrequencyPenalty = 0.1f },
        new SamplingOptions { TypicalP = 0.8f, DryMultiplier = 1, DryBreakers = ["ab", "c"] },
        new SamplingOptions { Mirostat = 1 },
        new SamplingOptions { Mirostat = 2 },
    ];

    [Theory]
    [MemberData(nameof(Frugal))]
    public void Sample_WithoutAlternatives_AllocatesNothing(object given)
    {
        var options = (SamplingOptions)given;
        var sampler = New(options, new LogprobRequest(true, 0));
        var sequence = NewSequence([1, 2, 3]);

        // The table of seen tokens grows until every token has been seen.
        for (var i = 0; i < 2000; i++) sampler.Sample(Logits, sequence);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 200; i++) sampler.Sample(Logits, sequence);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static SamplingOptions Configuration(string name) => name switch
    {
        "plain" => new(),
        "warm" => new() { Temperature = 1.7f },
        "top_k" => new() { TopK = 3 },
        "top_p" => new() { TopP = 0.7f },
        "min_p" => new() { MinP = 0.3f },
        "top_k and top_p" => new() { TopK = 4, TopP = 0.8f },
        "top_p and min_p" => new() { TopP = 0.9f, MinP = 0.4f },
        "typical" => new() { TypicalP = 0.6f },
        "typical and top_p" => new() { TypicalP = 0.8f, TopP = 0.7f, Temperature = 0.9f },
        "bias" => new() { LogitBias = new Dictionary<int, float> { [3] = -100, [5] = 4 } },
        _ => new()
        {
            Temperature = 0.9f,
            TopK = 7,
            TypicalP = 0.97f,
            TopP = 0.95f,
            MinP = 0.1f,
            LogitBias = new Dictionary<int, float> { [2] = 1 },
        },
    };

    /// <summary>The distribution by its definition, in double precision.</summary>
    private static double[] ExactDistribution(SamplingOptions options)
    {
        var biased = Logits.Select((logit, id) => logit + options.LogitBias.GetValueOrDefault(id));
        var scores = biased.Select(logit => logit / (double)options.Temperature).ToArray();
        var weights = scores.Select(score => Math.Exp(score - scores.Max())).ToArray();
        var order = Enumerable.Range(0, weights.Length).OrderByDescending(id => weights[id]).ToList();
        if (options.TopK > 0) order = [.. order.Take(options.TopK)];
        order = Typical(order, weights, options.TypicalP);
        order = Reaching(order, weights, options.TopP);
        var kept = order.Where(id => weights[id] >= options.MinP * weights[order[0]]).ToList();
        var total = kept.Sum(id => weights[id]);
        return [.. weights.Select((weight, id) => kept.Contains(id) ? weight / total : 0)];
    }

    private static List<int> Typical(List<int> order, double[] weights, double fraction)
    {
        var mass = order.Sum(id => weights[id]);
        var entropy = order.Sum(id => -weights[id] / mass * Math.Log(weights[id] / mass));
        var closest = order.OrderBy(id => Math.Abs(-Math.Log(weights[id] / mass) - entropy)).ToList();
        return fraction < 1 ? [.. Reaching(closest, weights, fraction).OrderByDescending(id => weights[id])] : order;
    }

    private static List<int> Reaching(List<int> order, double[] weights, double fraction)
    {
        var kept = new List<int>();
        var mass = order.Sum(id => weights[id]);
        foreach (var id in order)
        {
            if (kept.Sum(other => weights[other]) >= fraction * mass) break;
            kept.Add(id);
        }

        return kept;
    }

    private static Sampler New(SamplingOptions options, LogprobRequest logprobs = default, ulong seed = 0, int stream = 0) =>
        new(options, logprobs, new RandomSource(options.Seed ?? seed, stream), new SamplerScratch(new PlainVocabulary(Logits.Length)));

    private static int Draw(Sampler sampler, float[]? logits = null) => sampler.Sample(logits ?? Logits, NewSequence([1]))!.Value.Id;

    private static Sequence NewSequence(int[] prompt) => new(1, prompt, 1000);
}
