using Millrace.ApiKeys;
using Millrace.Edge.Keys;
using Millrace.TestShared;

namespace Millrace.Edge.Tests.Keys;

public sealed class KeySetTests
{
    private static readonly DateTimeOffset Now = new ManualTimeProvider().GetUtcNow();

    [Fact]
    public void Judge_KnownText_IsValid()
    {
        var (key, text) = new KeyDraft { Name = "a" }.Create(Now);

        Assert.Equal((KeyVerdict.Valid, key), new KeySet([key]).Judge(text, Now));
    }

    [Fact]
    public void Judge_RightIdAndWrongSecret_IsInvalid()
    {
        var (key, text) = new KeyDraft { Name = "a" }.Create(Now);
        var last = text[^1] == 'a' ? 'b' : 'a';

        Assert.Equal((KeyVerdict.Invalid, null), new KeySet([key]).Judge(text[..^1] + last, Now));
    }

    [Fact]
    public void Judge_TextOfAnotherKey_IsInvalid()
    {
        var (key, _) = new KeyDraft { Name = "a" }.Create(Now);
        var (_, other) = new KeyDraft { Name = "b" }.Create(Now);

        Assert.Equal((KeyVerdict.Invalid, null), new KeySet([key]).Judge(other, Now));
    }

    // Nobody's hash is all zeros, so that an unknown id is compared like a known one and never matches.
    [Theory]
    [InlineData("")]
    [InlineData("mr-")]
    [InlineData("mr-00000000-00000000000000000000000000000000")]
    [InlineData("sk-proj-something-else-of-another-platform")]
    public void Judge_NoKeysAtAll_IsInvalid(string text) => Assert.Equal((KeyVerdict.Invalid, null), new KeySet([]).Judge(text, Now));

    [Fact]
    public void Judge_RevokedKey_IsInvalidLikeAnUnknownOne()
    {
        var (key, text) = new KeyDraft { Name = "a" }.Create(Now);

        Assert.Equal((KeyVerdict.Invalid, null), new KeySet([key with { Disabled = true }]).Judge(text, Now));
    }

    [Fact]
    public void Judge_ExpiredKey_SaysSoOnlyToWhoHasTheSecret()
    {
        var (key, text) = new KeyDraft { Name = "a", Lifetime = TimeSpan.FromDays(1) }.Create(Now);
        var keys = new KeySet([key]);

        Assert.Equal(KeyVerdict.Valid, keys.Judge(text, Now + TimeSpan.FromHours(23)).Verdict);
        Assert.Equal(KeyVerdict.Expired, keys.Judge(text, Now + TimeSpan.FromDays(1)).Verdict);
        Assert.Equal(KeyVerdict.Invalid, keys.Judge(text[..^3] + "xyz", Now + TimeSpan.FromDays(1)).Verdict);
    }

    [Fact]
    public void Keys_WithADamagedHash_AreLeftOut()
    {
        var (key, text) = new KeyDraft { Name = "a" }.Create(Now);
        var keys = new KeySet([key with { Hash = "zz" }, key with { Id = "other000", Hash = "" }]);

        Assert.Equal(0, keys.Count);
        Assert.Equal(KeyVerdict.Invalid, keys.Judge(text, Now).Verdict);
    }
}
