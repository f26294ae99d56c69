using Millrace.Inference.Sampling;

namespace Millrace.Inference.Tests.Sampling;

public sealed class LogProbabilitiesTests
{
    [Fact]
    public void Of_GivenToken_IsItsLogSoftmaxWithTheAlternatives()
    {
        var random = new Random(2);
        float[] logits = [.. Enumerable.Range(0, 5000).Select(_ => (float)(random.NextDouble() * 20))];
        var normaliser = Math.Log(logits.Sum(logit => Math.Exp(logit)));
        var order = Enumerable.Range(0, logits.Length).OrderByDescending(id => logits[id]).ThenBy(id => id).Take(20);

        var token = LogProbabilities.Of(4321, logits, new LogprobRequest(true, 20), Scratch(logits.Length));

        Assert.Equal(4321, token.Id);
        Assert.Equal(logits[4321] - normaliser, token.Logprob, 1e-4);
        Assert.Equal(order, token.Top.Select(top => top.Id));
        Assert.All(token.Top, top => Assert.Equal(logits[top.Id] - normaliser, top.Logprob, 1e-4));
    }

    [Fact]
    public void Of_NothingAskedFor_IsTheTokenAlone()
    {
        var token = LogProbabilities.Of(1, [1, 2], default, Scratch(2));

        Assert.Equal((1, 0f, 0), (token.Id, token.Logprob, token.Top.Length));
    }

    [Fact]
    public void Of_NaNAndInfinities_AreCertainOrImpossible()
    {
        var request = new LogprobRequest(true, 2);
        float[] certain = [float.NaN, float.PositiveInfinity, 0];
        float[] nothing = [float.NaN, float.NegativeInfinity, float.NaN];

        Assert.Equal(0, LogProbabilities.Of(1, certain, request, Scratch(3)).Logprob);
        Assert.Equal(float.NegativeInfinity, LogProbabilities.Of(0, certain, request, Scratch(3)).Logprob);
        Assert.Equal([1, 0], LogProbabilities.Of(2, certain, request, Scratch(3)).Top.Select(top => top.Id));
        Assert.Equal(float.NegativeInfinity, LogProbabilities.Of(1, nothing, request, Scratch(3)).Logprob);
        Assert.Empty(LogProbabilities.Of(1, nothing, request, Scratch(3)).Top);
    }

    private static SamplerScratch Scratch(int size) => new(new PlainVocabulary(size));
}
