using Millrace.Guardrails.Filtering;
using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Tests.Filtering;

public sealed class NormalTextTests
{
    private static readonly RuleSet Pii = Scan.Rules(RuleAction.Mask, rule => rule.StartsWith("pii.", StringComparison.Ordinal));

    [Theory]
    [InlineData("４６０-８９-９８４７", "460-89-9847")]
    [InlineData("٤٦٠", "460")]
    [InlineData("४६०", "460")]
    [InlineData("a\u200Bb\u00ADc\uFEFFd", "abcd")]
    [InlineData("\U0001D422\U0001D420\U0001D427\U0001D428\U0001D42B\U0001D41E", "ignore")]
    [InlineData("\U0001D7DC\U0001D7DE\U0001D7D8", "460")]
    [InlineData("ｊｏｅ＠ｍａｉｌ．ｃｏｍ", "joe@mail.com")]
    [InlineData("\U000E0069\U000E0067\U000E006E", "ign")]
    [InlineData("ⓘⒼ①", "iG1")]
    [InlineData("Grüße, 世界 \U0001F600!", "Grüße, 世界 \U0001F600!")]
    [InlineData("half \uD83D of a pair", "half \uD83D of a pair")]
    [InlineData("паспорт", "паспорт")]
    public void Plain_OfDisguises_IsWhatIsRead(string original, string expected)
    {
        Assert.Equal(expected, Read([original]).Plain.ToString());
        Assert.Equal(expected, Read(original.Select(c => c.ToString())).Plain.ToString());
    }

    [Fact]
    public void Folded_OfLookalikes_IsLatin()
    {
        var text = Read(["рауpal ΑΒΕ gооgle"]);

        Assert.Equal("paypal ABE google", text.Folded.ToString());
        Assert.Equal("рауpal ΑΒΕ gооgle", text.Plain.ToString());
    }

    [Fact]
    public void StartOf_BehindInvisibleAndWideCharacters_IsTheOriginalsOffset()
    {
        const string original = "x\u200B\u200By\U0001D7DCz";
        foreach (var pieces in new[] { [original], original.Select(c => c.ToString()).ToArray() })
        {
            var text = Read(pieces);

            Assert.Equal("xy4z", text.Plain.ToString());
            Assert.Equal([(0, 1), (3, 4), (4, 6), (6, 7)], Enumerable.Range(0, 4).Select(i => (text.StartOf(i), text.EndOf(i))));
        }
    }

    [Fact]
    public void Append_EndlessInvisibleCharacters_IsBounded()
    {
        var text = Read([new string('\u200B', 10_000)]);

        Assert.InRange(text.Plain.Length, 10_000 - 32, 10_000);
    }

    [Theory]
    [InlineData("SSN ４６０-８９-９８４７.", "SSN [REDACTED_SSN].")]
    [InlineData("SSN 4\u200B60-8\u200D9-98\u00AD47\u200B.", "SSN [REDACTED_SSN]\u200B.")]
    [InlineData("SSN \U0001D7DC\U0001D7DE\U0001D7D8-\U0001D7E0\U0001D7E1-9847!", "SSN [REDACTED_SSN]!")]
    [InlineData("to ｊｏｅ＠ｍａｉｌ．ｃｏｍ now", "to [REDACTED_EMAIL] now")]
    [InlineData("nothing \u200B here \U0001D7DC\uFEFF", "nothing \u200B here \U0001D7DC\uFEFF")]
    public void Filter_OfDisguises_ReplacesTheOriginal(string original, string expected)
    {
        Assert.Equal(expected, Scan.Whole(Pii, original).Text);
        Assert.Equal(expected, Scan.Pieces(Pii, original.Select(c => c.ToString())).Text);
        for (var at = 0; at <= original.Length; at++)
            Assert.Equal(expected, Scan.Pieces(Pii, [original[..at], original[at..]]).Text);
    }

    private static NormalText Read(IEnumerable<string> pieces)
    {
        var text = new NormalText();
        foreach (var piece in pieces) text.Append(piece);
        text.End();
        return text;
    }
}
