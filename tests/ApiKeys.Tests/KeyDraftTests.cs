using Millrace.TestShared;

namespace Millrace.ApiKeys.Tests;

public sealed class KeyDraftTests
{
    private static readonly DateTimeOffset Now = new ManualTimeProvider().GetUtcNow();

    [Fact]
    public void Create_KeepsWhatWasAskedForAndNotTheSecret()
    {
        var draft = new KeyDraft { Name = "app", Tenant = "acme", Lifetime = TimeSpan.FromDays(30), RequestsPerMinute = 5 };
        var (key, text) = draft.Create(Now);

        Assert.Equal(("app", "acme", Now, Now.AddDays(30), 5), (key.Name, key.Tenant, key.CreatedAt, key.ExpiresAt, key.RequestsPerMinute));
        Assert.DoesNotContain(text[12..], key.ToString(), StringComparison.Ordinal);
    }

    public static TheoryData<KeyDraft, string> Impossible => new()
    {
        { new KeyDraft { Name = "" }, "name" },
        { new KeyDraft { Name = "line\nfeed" }, "name" },
        { new KeyDraft { Name = "a", Tenant = "a b" }, "tenant" },
        { new KeyDraft { Name = "a", Scopes = [] }, "needs a scope" },
        { new KeyDraft { Name = "a", Scopes = ["chat", "chats"] }, "'chats'" },
        { new KeyDraft { Name = "a", Labels = [""] }, "labels" },
        { new KeyDraft { Name = "a", Lifetime = TimeSpan.Zero }, "lifetime" },
        { new KeyDraft { Name = "a", TokensPerMinute = 0 }, "at least 1" },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void Create_OfWhatCannotBe_SaysWhat(KeyDraft draft, string part) =>
        Assert.Contains(part, Assert.Throws<KeyStoreException>(() => draft.Create(Now)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("*", "documents:write", true)]
    [InlineData("chat", "chat", true)]
    [InlineData("chat", "models", false)]
    [InlineData("chat", "*", false)]
    public void Allows_IsTheScopeOrAll(string scope, string asked, bool allowed) =>
        Assert.Equal(allowed, new KeyDraft { Name = "a", Scopes = [scope] }.Create(Now).Key.Allows(asked));

    [Fact]
    public void LabelBound_IsNothingOnlyForWhoMaySeeAll()
    {
        Assert.Null(Bound("*"));
        Assert.Null(Bound("labels:*"));
        Assert.Equal(["hr"], Bound("chat"));

        static IReadOnlyList<string>? Bound(string scope) =>
            new KeyDraft { Name = "a", Scopes = [scope], Labels = ["hr"] }.Create(Now).Key.LabelBound();
    }
}
