using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Tests.Content;

public sealed class ProfanityRecogniserTests
{
    private static readonly RuleSet Rules = Scan.Rules(RuleAction.Mask, rule => rule == "content.profanity");

    [Theory]
    [InlineData("What the fuck is this", "What the [REDACTED_PROFANITY] is this")]
    [InlineData("sh1t happens.", "[REDACTED_PROFANITY] happens.")]
    [InlineData("Oh f u c k, no", "Oh [REDACTED_PROFANITY], no")]
    [InlineData("f*ck", "[REDACTED_PROFANITY]")]
    [InlineData("The class assessed a duck.", "The class assessed a duck.")]
    [InlineData("a b c d e f", "a b c d e f")]
    public void Profanity_IsMaskedWordByWord_HoweverItIsCut(string text, string expected)
    {
        Assert.Equal(expected, Scan.Whole(Rules, text).Text);
        for (var cut = 0; cut <= text.Length; cut++)
            Scan.Whole(Rules, text).AssertSame(Scan.Pieces(Rules, [text[..cut], text[cut..]]), $"cut at {cut}");
        Scan.Whole(Rules, text).AssertSame(Scan.Pieces(Rules, text.Select(c => c.ToString())), "single characters");
    }
}
