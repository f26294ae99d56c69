using Millrace.Guardrails.Pseudonyms;
using Millrace.TestShared;

namespace Millrace.Guardrails.Tests.Pseudonyms;

public sealed class ServiceKeyTests
{
    private static readonly string Base64 = Convert.ToBase64String(new byte[ServiceKey.Bytes]);

    [Fact]
    public void Problem_OfSettings_IsTold()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("key");
        File.WriteAllText(file, Base64 + "\n");

        Assert.Null(ServiceKey.Problem("", ""));
        Assert.Null(ServiceKey.Problem(Base64, ""));
        Assert.Null(ServiceKey.Problem("", file));
        Assert.Contains("both", ServiceKey.Problem(Base64, file), StringComparison.Ordinal);
        Assert.Contains("base64", ServiceKey.Problem("%", ""), StringComparison.Ordinal);
        Assert.Contains("32 bytes", ServiceKey.Problem("AAAA", ""), StringComparison.Ordinal);
        Assert.Contains("cannot be read", ServiceKey.Problem("", file + "x"), StringComparison.Ordinal);
    }

    [Fact]
    public void Hash_IsOneOfItsTenantAndText()
    {
        var key = new ServiceKey(new byte[ServiceKey.Bytes]);
        var hasher = new TextHasher(key, "acme");

        var hash = hasher.Hash("pii.email", "a@b.de");

        Assert.Matches("^\\[EMAIL_[0-9a-f]{16}\\]$", hash);
        Assert.Equal(hash, new TextHasher(key, "acme").Hash("pii.email", "a@b.de"));
        Assert.NotEqual(hash, hasher.Hash("pii.email", "a@b.d"));
        Assert.NotEqual(hash, new TextHasher(key, "other").Hash("pii.email", "a@b.de"));
    }

    [Fact]
    public void Canary_IsOneOfItsTenantAndVersion()
    {
        var canary = new Canary(new ServiceKey(new byte[ServiceKey.Bytes]));

        var words = canary.Of("acme", "v1");

        Assert.Equal(8, words.Split(' ').Length);
        Assert.Equal(words, canary.Of("acme", "v1"));
        Assert.NotEqual(words, canary.Of("acme", "v2"));
        Assert.NotEqual(words, canary.Of("other", "v1"));
        Assert.Contains(words, Canary.InstructionOf(words), StringComparison.Ordinal);
    }

    [Fact]
    public void Key_ThatIsRandom_IsToldInTheLog()
    {
        using var random = new GuardUnderTest();
        using var given = new GuardUnderTest(("PseudonymKey", Base64));

        _ = (random.Guard, given.Guard);

        Assert.Contains("KeyIsRandom", random.Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("KeyIsRandom", given.Logs.Text, StringComparison.Ordinal);
    }
}
