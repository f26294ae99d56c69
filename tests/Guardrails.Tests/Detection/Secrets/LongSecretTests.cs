using System.Text;
using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Tests.Detection.Secrets;

public sealed class LongSecretTests
{
    private static readonly RuleSet Secrets = Scan.Rules(RuleAction.Mask, rule => rule.StartsWith("secret.", StringComparison.Ordinal));

    private const string Head = "-----BEGIN RSA PRIV" + "ATE KEY-----";
    private const string Foot = "-----END RSA PRIV" + "ATE KEY-----";

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(26)]
    [InlineData(400)]
    public void PrivateKey_OfAnyLength_IsMaskedAsOneStretch(int lines)
    {
        var text = $"Here: {Pem(lines)}\nThat was it.";

        var outcome = Scan.Whole(Secrets, text);

        Assert.Equal("Here: [REDACTED_PRIVATE_KEY]\nThat was it.", outcome.Text);
        Assert.All(outcome.Findings, finding => Assert.Equal("secret.private_key", finding.Rule));
        outcome.AssertSame(Scan.Pieces(Secrets, text.Select(c => c.ToString())), "in single characters");
    }

    [Fact]
    public void PrivateKey_CutAnywhere_IsMaskedAlike()
    {
        var text = $"k='{Pem(12)}' and {Pem(9)}.";
        var whole = Scan.Whole(Secrets, text);

        for (var cut = 0; cut <= text.Length; cut++)
            whole.AssertSame(Scan.Pieces(Secrets, [text[..cut], text[cut..]]), $"cut at {cut}");
    }

    [Fact]
    public void PrivateKey_WithoutItsEnd_IsMaskedUpToWhatNoKeyHas()
    {
        var outcome = Scan.Whole(Secrets, $"{Head}\n{Line(1)}\n{Line(2)}\n(cut) and more");

        Assert.Equal("[REDACTED_PRIVATE_KEY]\n(cut) and more", outcome.Text);
    }

    [Fact]
    public void PrivateKey_WithEscapedLineEnds_IsMasked()
    {
        var json = "{\"key\": \"" + Pem(3).Replace("\n", "\\n", StringComparison.Ordinal) + "\", \"id\": 7}";

        Assert.Equal("{\"key\": \"[REDACTED_PRIVATE_KEY]\", \"id\": 7}", Scan.Whole(Secrets, json).Text);
    }

    [Theory]
    [InlineData("-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----")]
    [InlineData("-----BEGIN CERTIFICATE-----")]
    [InlineData("-----BEGIN")]
    [InlineData("-----BEGIN -----BEGIN -----BEGIN")]
    public void OtherBlock_Passes(string text) => Assert.Equal(text, Scan.Whole(Secrets, text).Text);

    [Theory]
    [InlineData(40)]
    [InlineData(480)]
    [InlineData(5000)]
    public void Token_OfAnyLength_IsMaskedAsOneStretch(int claimChars)
    {
        var text = $"Bearer {Token(claimChars)}. Next.";

        var outcome = Scan.Whole(Secrets, text);

        Assert.Equal("Bearer [REDACTED_JWT]. Next.", outcome.Text);
        outcome.AssertSame(Scan.Pieces(Secrets, text.Chunk(7).Select(piece => new string(piece))), "in pieces");
    }

    [Fact]
    public void Token_HeldBack_IsBounded()
    {
        var outcome = Scan.Pieces(Secrets, Token(20_000).Select(c => c.ToString()));

        Assert.Equal("[REDACTED_JWT]", outcome.Text);
        Assert.InRange(outcome.HeldMax, 1, Secrets.HeldCharsMax);
    }

    private static string Pem(int lines) => $"{Head}\n{string.Join('\n', Enumerable.Range(0, lines).Select(Line))}\n{Foot}";

    private static string Line(int seed)
    {
        var bytes = new byte[48];
        new Random(seed).NextBytes(bytes);
        return Convert.ToBase64String(bytes);
    }

    private static string Token(int claimChars)
    {
        var claims = $"{{\"sub\":\"{new string('a', claimChars)}\"}}";
        return string.Join('.', Encode("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"), Encode(claims), "c2lnbmF0dXJlLW9mLWl0-_x");
    }

    private static string Encode(string json) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
