using Millrace.Retrieval.Search;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Tests.Search;

public sealed class TimeDecayTests
{
    [Fact]
    public void Apply_FullStrength_HalvesTheScoreWithEachHalfLife()
    {
        var decayed = TimeDecay.Of(30, 1, "").Apply(
            [Found.Candidate(1, 8, ageDays: 90), Found.Candidate(2, 8, ageDays: 30), Found.Candidate(3, 3)], Found.Now);

        Assert.Equal([2, 3, 1], Found.Rows(decayed));
        Assert.Equal([4, 3, 1], decayed.Select(candidate => Math.Round(candidate.Score, 9)));
    }

    [Fact]
    public void Apply_HalfStrength_LeavesHalfOfTheScoreToAge()
    {
        var decayed = TimeDecay.Of(10, 0.5, "").Apply([Found.Candidate(1, 1, ageDays: 10_000), Found.Candidate(2, 0.4)], Found.Now);

        Assert.Equal([1, 2], Found.Rows(decayed));
        Assert.Equal(0.5, decayed[0].Score, 6);
    }

    [Fact]
    public void Apply_FromTheFuture_IsAsNewAsCanBe()
    {
        Assert.Equal(1, TimeDecay.Of(1, 1, "").Apply([Found.Candidate(1, 1, ageDays: -500)], Found.Now)[0].Score);
    }

    [Fact]
    public void Apply_KeyOfTheMetadata_IsReadAndElseTheLastChange()
    {
        var decayed = TimeDecay.Of(10, 1, "about.published").Apply(
            [
                Found.Candidate(1, 1, ageDays: 0, """{"about": {"published": "2026-05-02T00:00:00Z"}}"""),
                Found.Candidate(2, 1, ageDays: 20, """{"about": {"published": "spring"}}"""),
                Found.Candidate(3, 1, ageDays: 10),
            ],
            Found.Now);

        Assert.Equal([3, 2, 1], Found.Rows(decayed));
        Assert.Equal([0.5, 0.25, 0.125], decayed.Select(candidate => Math.Round(candidate.Score, 9)));
    }

    [Fact]
    public void Apply_NegativeScore_SinksWithAge()
    {
        var decayed = TimeDecay.Of(10, 1, "").Apply([Found.Candidate(1, -0.5, ageDays: 100), Found.Candidate(2, -0.5)], Found.Now);

        Assert.Equal([2, 1], Found.Rows(decayed));
    }

    [Theory]
    [InlineData(0, 1, "", "time_decay.half_life_days")]
    [InlineData(double.NaN, 1, "", "time_decay.half_life_days")]
    [InlineData(1e9, 1, "", "time_decay.half_life_days")]
    [InlineData(1, 1.1, "", "time_decay.strength")]
    [InlineData(1, double.NaN, "", "time_decay.strength")]
    public void Of_NotValid_IsRefused(double days, double strength, string key, string param)
    {
        var error = Assert.Throws<MillraceException>(() => TimeDecay.Of(days, strength, key).RequireValid());

        Assert.Equal((Reason.InvalidArgument, param), (error.Reason, error.Param));
    }
}
