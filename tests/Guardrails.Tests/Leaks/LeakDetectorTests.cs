using Millrace.Guardrails.Leaks;
using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Tests.Leaks;

public sealed class LeakDetectorTests
{
    private const string Instructions =
        "You help customers of the mill with their orders. Never promise a refund without the manager's word, and do not name suppliers. "
        + "Answer in two sentences at most, in the language of the question, and end politely.";

    private const string Canary = "mill-7QX2-canary-91";

    private static readonly Dictionary<string, RuleAction> Actions =
        new() { ["leak.instructions"] = RuleAction.Flag, ["leak.canary"] = RuleAction.Flag };

    private static readonly RuleSet Rules = Scan.Rules(Actions, detectors: [new LeakDetector([Instructions, "Be kind to all."], Canary)]);

    [Theory]
    [InlineData("I was told: never promise a refund without the manager's word, and do not name suppliers. Sorry!")]
    [InlineData("NEVER PROMISE -- A REFUND\n\n* without the * MANAGER'S * word and do not name suppliers")]
    [InlineData("So: You help customers of the mill with their orders. Never promise a refund.")]
    public void Answer_WithARunOfTheInstructions_IsALeak(string answer) =>
        Assert.Contains(Scan.Whole(Rules, answer).Findings, finding => finding.Rule == "leak.instructions" && finding.Score >= 0.6f);

    [Theory]
    [InlineData("Never promise a refund without a receipt, they say.")]
    [InlineData("You help customers of the mill, do you? Good.")]
    [InlineData("Be kind to all. Be kind to all.")]
    [InlineData("I cannot promise a refund. Please ask the manager.")]
    [InlineData("")]
    public void Answer_InItsOwnWords_IsNone(string answer) => Assert.Empty(Scan.Whole(Rules, answer).Findings);

    [Fact]
    public void Score_OfALongerRun_IsHigher()
    {
        var all = Scan.Whole(Rules, Instructions).Findings;
        var some = Scan.Whole(Rules, "never promise a refund without the manager's word and").Findings;

        Assert.Equal(1, all[0].Score);
        Assert.InRange(Assert.Single(some).Score, 0.6f, 0.9f);
    }

    [Theory]
    [InlineData("Here: mill-7QX2-canary-91.")]
    [InlineData("MILL 7qx2 CANARY 91")]
    [InlineData("m i l l 7 Q X 2 c a n a r y 9 1")]
    [InlineData("mimill-mill-7QX2-canary-91")]
    public void Answer_WithTheCanary_IsALeakForCertain(string answer)
    {
        var finding = Assert.Single(Scan.Whole(Rules, answer).Findings);

        Assert.Equal(("leak.canary", 1f), (finding.Rule, finding.Score));
    }

    [Theory]
    [InlineData("mill-7QX2-canary-9")]
    [InlineData("mill-7QX2 and then there was a very long text canary-91")]
    public void Answer_WithPartOfTheCanary_IsNone(string answer) => Assert.Empty(Scan.Whole(Rules, answer).Findings);

    [Theory]
    [InlineData(Instructions)]
    [InlineData("Never promise a refund without the manager's word, never promise a refund without the manager's word, and do not " + Canary)]
    [InlineData("you help customers of the you help customers of the mill with their orders. Never mi mill mill-7QX2-canary-91 end")]
    public void Answer_InAnyPieces_IsFilteredAsWhole(string answer)
    {
        var whole = Scan.Whole(Rules, answer);

        Assert.NotEmpty(whole.Findings);
        whole.AssertSame(Scan.Pieces(Rules, answer.Select(c => c.ToString())), "characters");
        for (var at = 0; at <= answer.Length; at++) whole.AssertSame(Scan.Pieces(Rules, [answer[..at], answer[at..]]), $"cut at {at}");
    }

    [Fact]
    public void HeldText_OfAnswerThatMatchesNothing_IsAWordAtMost()
    {
        var outcome = Scan.Pieces(Rules, "The parcel left our house on Monday and it should be with you soon.".Select(c => c.ToString()));

        Assert.InRange(outcome.HeldMax, 0, 6);
    }

    [Fact]
    public void HeldText_OfAnEndlessLeak_IsBounded()
    {
        var rules = Scan.Rules(Actions, detectors: [new LeakDetector([string.Join(' ', Enumerable.Range(0, 5000))], "")]);

        var outcome = Scan.Pieces(rules, string.Join(' ', Enumerable.Range(0, 5000)).Select(c => c.ToString()));

        Assert.InRange(outcome.HeldMax, 1, rules.HeldCharsMax);
        Assert.True(outcome.Findings.Length > 100);
    }
}
