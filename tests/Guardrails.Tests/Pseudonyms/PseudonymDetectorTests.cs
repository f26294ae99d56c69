using Millrace.Guardrails.Filtering;
using Millrace.Guardrails.Policies;
using Millrace.Guardrails.Pseudonyms;

namespace Millrace.Guardrails.Tests.Pseudonyms;

public sealed class PseudonymDetectorTests
{
    private static readonly RuleSet Rules = new GuardPolicy("mail", MailAlone()).Output;
    private static readonly ServiceKey Key = new(new byte[ServiceKey.Bytes]);

    public static TheoryData<string, string> Written => new()
    {
        { "Dear <PERSON_1>, hi", "Dear Ann, hi" },
        { "<person_1>", "Ann" },
        { "&lt;PERSON_1&gt;!", "Ann!" },
        { "\\<PERSON_1\\> x", "Ann x" },
        { "<PERSON_1 and PERSON_1> and PERSON_1.", "Ann and Ann and Ann." },
        { "**PERSON_1**", "**Ann**" },
        { "<PERSON_12> <PERSON_1>", "Eve Ann" },
        { "＜ＰＥＲＳＯＮ＿１＞", "Ann" },
        { "mail <EMAIL_1>", "mail ann@example.com" },
        { "<PERSON_2> <PERSON_123> <PERSON_> PERSON_1x", "<PERSON_2> <PERSON_123> <PERSON_> PERSON_1x" },
        { "person_1 $PERSON_1 ${PERSON_1} xPERSON_1", "person_1 $PERSON_1 ${PERSON_1} xPERSON_1" },
        { "[PERSON_1] a.PERSON_1", "[PERSON_1] a.PERSON_1" },
        { "![x](https://e.example/?q=<PERSON_1>) <PERSON_1>", "![x](https://e.example/?q=<PERSON_1>) Ann" },
        { "https://e.example/?a=" + new string('a', 120) + "<PERSON_1>", "https://e.example/?a=" + new string('a', 120) + "<PERSON_1>" },
        { "a < b && c > d <", "a < b && c > d <" },
        { "他叫<PERSON_1>。", "他叫Ann。" },
    };

    [Theory]
    [MemberData(nameof(Written))]
    public void Text_WithNames_BecomesWhatTheyStandFor(string text, string expected)
    {
        Assert.Equal(expected, Restored([text]));
        for (var cut = 0; cut <= text.Length; cut++) Assert.Equal(expected, Restored([text[..cut], text[cut..]]));
        Assert.Equal(expected, Restored(text.Select(c => c.ToString())));
    }

    [Fact]
    public void Text_WithoutBeginningsOfNames_IsNotHeldBack()
    {
        var only = new RuleSet([], [], RuleActions.Of(new PolicyOptions(), GuardDirection.Output));
        var filter = Filter(only);

        Assert.Equal("Hello worl", filter.Push("Hello worl"));
        Assert.Equal("d, ", filter.Push("d, PERS"));
    }

    private static string Restored(IEnumerable<string> pieces)
    {
        var filter = Filter();
        return string.Concat(pieces.Select(piece => filter.Push(piece))) + filter.End();
    }

    private static PolicyOptions MailAlone()
    {
        var policy = new PolicyOptions();
        policy.Output["pii.*"] = "allow";
        policy.Output["pii.email"] = "mask";
        return policy;
    }

    private static StreamFilter Filter(RuleSet? rules = null)
    {
        var vault = new PseudonymVault();
        vault.TryAdd("PERSON_1", "Ann");
        vault.TryAdd("PERSON_12", "Eve");
        vault.TryAdd("EMAIL_1", "ann@example.com");
        return new StreamFilter(
            rules ?? Rules, 1_000, new FindingReplacer(vault, new TextHasher(Key, "acme")), [new PseudonymDetector(vault)]);
    }
}
