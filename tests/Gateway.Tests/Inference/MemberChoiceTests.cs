using Millrace.Gateway.Inference;

namespace Millrace.Gateway.Tests.Inference;

public sealed class MemberChoiceTests
{
    private static readonly ChoiceRules Prefix = new(PoolPolicy.Prefix, LoadFactor: 1.25, MatchMin: 1);
    private static readonly ChoiceRules LeastLoaded = Prefix with { Policy = PoolPolicy.LeastLoaded };
    private static readonly ChoiceRules RoundRobin = Prefix with { Policy = PoolPolicy.RoundRobin };

    [Fact]
    public void Choose_LongestMatch_Wins() =>
        Assert.Equal(new Choice(1, ChoiceReason.Prefix), Choose(Prefix, 0, Held(2), Held(5), Held(4)));

    [Fact]
    public void Choose_EqualMatch_GoesToTheLeastLoaded() =>
        Assert.Equal(new Choice(2, ChoiceReason.Prefix), Choose(Prefix, 0, Held(5, load: 2), Held(5, load: 2), Held(5, load: 1)));

    [Fact]
    public void Choose_NoMatch_GoesToTheLeastLoaded() =>
        Assert.Equal(new Choice(1, ChoiceReason.Load), Choose(Prefix, 0, Held(0, load: 3), Held(0, load: 1), Held(0, load: 2)));

    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(2, 1, false)]
    public void Choose_MatchUnderTheMinimum_IsNotFollowed(int matchMin, int index, bool followed) => Assert.Equal(
        new Choice(index, Reason(followed)), Choose(Prefix with { MatchMin = matchMin }, 0, Held(1, load: 1), Held(0), Held(0)));

    // Of four members with 4 x 10 requests the mean is 10, so that 13.5 are the bound.
    [Theory]
    [InlineData(13, 0, true)]
    [InlineData(14, 1, false)]
    public void Choose_MatchAtTheBound_IsFollowedUpToIt(int load, int index, bool followed) => Assert.Equal(
        new Choice(index, Reason(followed)),
        Choose(Prefix, 0, Held(9, load), Held(0, load: 5), Held(0, load: 40 - load - 15), Held(0, load: 10)));

    [Fact]
    public void Choose_BestMatchTooBusy_GoesToTheNextBest() => Assert.Equal(
        new Choice(1, ChoiceReason.Prefix), Choose(Prefix, 0, Held(9, load: 8), Held(3, load: 1), Held(0), Held(0)));

    [Fact]
    public void Choose_EqualLoad_GoesToTheOneWithFewestOfOurs() => Assert.Equal(
        new Choice(2, ChoiceReason.Load), Choose(LeastLoaded, 0, Ours(3), Ours(3), Ours(1)));

    [Fact]
    public void Choose_EqualMembers_TakeTurns()
    {
        foreach (var rules in new[] { Prefix, LeastLoaded, RoundRobin })
            Assert.Equal(
                [0, 1, 2, 0, 1, 2],
                Enumerable.Range(0, 6).Select(turn => Choose(rules, (uint)turn, Held(0), Held(0), Held(0)).Index));
    }

    [Fact]
    public void Choose_RoundRobin_HeedsNeitherMatchNorLoad() => Assert.Equal(
        new Choice(1, ChoiceReason.Turn), Choose(RoundRobin, 4, Held(9), Held(0, load: 50), Held(0)));

    [Fact]
    public void Choose_LeastLoaded_HeedsNoMatch() =>
        Assert.Equal(new Choice(1, ChoiceReason.Load), Choose(LeastLoaded, 0, Held(9, load: 1), Held(0)));

    [Fact]
    public void Choose_MemberIsNotWell_IsPassedOverAndDoesNotCount()
    {
        foreach (var rules in new[] { Prefix, LeastLoaded, RoundRobin })
            for (var turn = 0u; turn < 4; turn++)
                Assert.NotEqual(1, Choose(rules, turn, Held(1, load: 5), Held(9) with { IsWell = false }, Held(1, load: 5)).Index);
        Assert.Equal(
            new Choice(2, ChoiceReason.Only), Choose(Prefix, 7, Held(9) with { IsWell = false }, Held(9) with { IsWell = false }, Held(0)));
    }

    [Fact]
    public void Choose_NobodyIsWell_StillChooses() => Assert.Equal(
        new Choice(1, ChoiceReason.Prefix), Choose(Prefix, 0, Held(0) with { IsWell = false }, Held(2) with { IsWell = false }));

    [Fact]
    public void Choose_OneMember_IsTheOnlyOne() => Assert.Equal(new Choice(0, ChoiceReason.Only), Choose(RoundRobin, 3, Held(4)));

    [Fact]
    public void Choose_AnyMembers_KeepsTheRules()
    {
        var random = new Random(11);
        for (var trial = 0; trial < 20_000; trial++)
        {
            var members = new MemberView[random.Next(1, 7)];
            for (var index = 0; index < members.Length; index++)
                members[index] = new MemberView(random.Next(0, 4), random.Next(0, 12), random.Next(0, 3), random.Next(5) > 0);
            AssertRules(members, Choose(Prefix, (uint)trial, members));
        }
    }

    private static void AssertRules(MemberView[] members, Choice choice)
    {
        var eligible = members.Any(member => member.IsWell) ? [.. members.Where(member => member.IsWell)] : members;
        var bound = MemberChoice.Bound(eligible.Average(member => member.Load), Prefix.LoadFactor);
        var matching = eligible.Where(member => member.Load <= bound && member.MatchedKeys >= 1).ToList();
        var chosen = members[choice.Index];

        Assert.Contains(chosen, eligible);
        Assert.True(eligible.Length == 1 || chosen.Load <= bound);
        Assert.Equal(eligible.Length == 1, choice.Reason == ChoiceReason.Only);
        if (eligible.Length == 1) return;
        Assert.Equal(matching.Count > 0, choice.Reason == ChoiceReason.Prefix);
        var best = (matching.Count > 0 ? matching.OrderByDescending(member => member.MatchedKeys) : eligible.OrderBy(_ => 0))
            .ThenBy(member => member.Load).ThenBy(member => member.InFlight).First();
        Assert.Equal((best.Load, best.InFlight), (chosen.Load, chosen.InFlight));
    }

    private static Choice Choose(ChoiceRules rules, uint turn, params MemberView[] members) =>
        MemberChoice.Choose(members, rules, turn);

    private static ChoiceReason Reason(bool followed) => followed ? ChoiceReason.Prefix : ChoiceReason.Load;

    private static MemberView Held(int keys, int load = 0) => new(keys, load, 0, IsWell: true);

    private static MemberView Ours(int inFlight) => new(0, 3, inFlight, IsWell: true);
}
