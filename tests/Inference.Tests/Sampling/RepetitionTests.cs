using Millrace.Inference.Sampling;
using Millrace.TestShared;

namespace Millrace.Inference.Tests.Sampling;

public sealed class RepetitionTests
{
    private static readonly string[] Letters = ["a", "b", "c", "\n", "d:", "e"];

    [Theory]
    [InlineData(1, 2, 400)]
    [InlineData(2, 3, 400)]
    [InlineData(3, 6, 800)]
    public void Apply_RandomSequences_IsTheDefinition(int seed, int alphabet, int rounds)
    {
        var random = new Random(seed);
        for (var round = 0; round < rounds; round++)
        {
            int[] tokens = [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => random.Next(alphabet))];
            var options = new SamplingOptions
            {
                DryMultiplier = 0.1f + random.NextSingle(),
                DryBase = 1 + random.NextSingle(),
                DryAllowedLength = random.Next(1, 5),
                DryLastN = random.Next(2) * random.Next(1, 70),
            };

            var expected = Definition(tokens, options);
            var actual = Penalties(tokens, options);

            for (var id = 0; id < expected.Length; id++)
                Assert.True(
                    Math.Abs(expected[id] - actual[id]) <= 1e-4 * Math.Max(1, expected[id]),
                    $"seed {seed}, round {round}, token {id}: {actual[id]}, not {expected[id]} "
                        + $"after {string.Join(' ', tokens)}: {options}");
        }
    }

    [Fact]
    public void Apply_GrowingSequence_IsAsWithOneThatIsNew()
    {
        var random = new Random(9);
        var options = new SamplingOptions { DryMultiplier = 1, DryBreakers = ["b\n", "ca", ":e", "eee", "dd:a"] };
        var growing = new Repetition(options);
        var scratch = Scratch();
        List<int> tokens = [];
        for (var i = 0; i < 500; i++)
        {
            tokens.Add(random.Next(Letters.Length));
            var logits = new float[Letters.Length];
            growing.Apply(logits, tokens.ToArray(), scratch);

            Assert.Equal(Penalties([.. tokens], options), logits.Select(logit => (double)-logit));
        }
    }

    [Fact]
    public void Apply_BreakerOverSeveralTokens_EndsTheRepetition()
    {
        var options = new SamplingOptions { DryMultiplier = 1, DryBreakers = ["b:c"] };
        string[] texts = ["a", "b", ":", "c", "xb:cy", "z"];

        double PenaltyOfLast(params int[] tokens)
        {
            var logits = new float[texts.Length];
            new Repetition(options).Apply(logits, tokens.AsSpan(..^1), new SamplerScratch(new PlainVocabulary(texts.Length, texts)));
            return -logits[tokens[^1]];
        }

        // "b:c" ends two tokens before: what is left of the repetition is "aa".
        Assert.Equal(1, PenaltyOfLast(1, 2, 3, 0, 0, 5, 1, 2, 3, 0, 0, 5));
        Assert.Equal(0, PenaltyOfLast(1, 2, 3, 0, 5, 1, 2, 3, 0, 5));
        Assert.Equal(Math.Pow(1.75, 2), PenaltyOfLast(1, 2, 0, 0, 5, 1, 2, 0, 0, 5), 1e-5);
        Assert.Equal(0, PenaltyOfLast(0, 0, 4, 0, 0, 4));
    }

    [Fact]
    public async Task Apply_HundredsOfThousandsOfEqualTokens_IsLinearAndFinite()
    {
        var tokens = new int[300_000];

        var penalties = await Task.Run(() => Penalties(tokens, new SamplingOptions { DryMultiplier = 100, DryBase = 8 })).DefaultTimeout();

        Assert.Equal(1e30f, penalties[0]);
        Assert.All(penalties.Skip(1), penalty => Assert.Equal(0, penalty));
    }

    private static double[] Penalties(int[] tokens, SamplingOptions options)
    {
        var logits = new float[Letters.Length];
        new Repetition(options).Apply(logits, tokens, Scratch());
        return [.. logits.Select(logit => (double)-logit)];
    }

    /// <summary>Compares every earlier place with the end, token by token.</summary>
    private static double[] Definition(int[] tokens, SamplingOptions options)
    {
        var window = options.DryLastN > 0 ? tokens[^Math.Min(options.DryLastN, tokens.Length)..] : tokens;
        bool Breaks(int token) => options.DryBreakers.Any(breaker => Letters[token].Contains(breaker, StringComparison.Ordinal));
        var longest = new int[Letters.Length];
        for (var next = 1; next < window.Length; next++)
        {
            var length = 0;
            while (length < next && window[^(1 + length)] == window[next - 1 - length] && !Breaks(window[^(1 + length)])) length++;
            longest[window[next]] = Math.Max(longest[window[next]], length);
        }

        return
        [
            .. longest.Select((length, id) => length < options.DryAllowedLength || Breaks(id)
                ? 0
                : options.DryMultiplier * Math.Pow(options.DryBase, length - options.DryAllowedLength)),
        ];
    }

    private static SamplerScratch Scratch() => new(new PlainVocabulary(Letters.Length, Letters));
}
