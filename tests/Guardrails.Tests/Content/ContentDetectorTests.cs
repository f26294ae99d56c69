using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Tests.Content;

public sealed class ContentDetectorTests
{
    private const string Text = "The train leaves at nine. You are a stupid worthless idiot! Have a nice day.";

    private static readonly RuleSet Rules = Scan.Rules(RuleAction.Mask, rule => rule == "content.harassment");

    [Fact]
    public void Sentence_ThatHarms_IsFoundAlone()
    {
        var outcome = Scan.Whole(Rules, Text);

        Assert.Equal("The train leaves at nine. [REDACTED_HARASSMENT] Have a nice day.", outcome.Text);
        Assert.InRange(Assert.Single(outcome.Findings).Score, 0.7f, 1f);
    }

    [Fact]
    public void Sentence_HoweverItIsCut_IsFoundAlike()
    {
        for (var cut = 0; cut <= Text.Length; cut++)
            Scan.Whole(Rules, Text).AssertSame(Scan.Pieces(Rules, [Text[..cut], Text[cut..]]), $"cut at {cut}");
        Scan.Whole(Rules, Text).AssertSame(Scan.Pieces(Rules, Text.Select(c => c.ToString())), "single characters");
    }
}
