using Millrace.Guardrails.Policies;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Guardrails.Tests.Policies;

public sealed class TenantTests
{
    private static readonly (string, string)[] Settings =
    [
        ("DenyList:0", "Falcon"),
        ("Patterns:ticket:Pattern", "TKT-\\d+"),
        ("Policies:open:Output:pii.*", "allow"),
        ("Tenants:acme:Policy", "own"),
        ("Tenants:acme:Policies:own:Output:pii.email", "hash"),
        ("Tenants:acme:Policies:default:Output:pii.*", "block"),
        ("Tenants:acme:AllowList:0", "help@acme.example"),
        ("Tenants:acme:Patterns:ticket:Pattern", "ACME-\\d+"),
    ];

    [Fact]
    public void Tenant_HasItsOwnAndThatOfAll()
    {
        using var guard = new GuardUnderTest(Settings);

        Assert.Equal("help@acme.example [REDACTED_TICKET] TKT-1", guard.Output("help@acme.example ACME-1 TKT-1"));
        Assert.Matches("^\\[EMAIL_[0-9a-f]{16}\\]$", guard.Output("bob@example.com"));
        Assert.Equal("", guard.Output("a falcon"));
        Assert.Equal(["default", "open", "own", "strict"], guard.Policies.Current.Of("acme").Select(policy => policy.Name));
        Assert.Equal("own", guard.Policies.Current.DefaultOf("acme"));
    }

    [Fact]
    public void Tenant_PolicyOfTheSameName_Wins()
    {
        using var guard = new GuardUnderTest(Settings);

        Assert.Equal(RuleAction.Block, guard.Policies.Get("acme", "Default").VerdictOf(RuleScope.Output, "pii.email").Action);
        Assert.Equal(RuleAction.Mask, guard.Policies.Get("other", "default").VerdictOf(RuleScope.Output, "pii.email").Action);
    }

    [Fact]
    public void Tenant_OfAnother_SeesNothing()
    {
        using var guard = new GuardUnderTest(Settings);

        var refusal = Assert.Throws<MillraceException>(() => guard.Policies.Get("other", "own"));

        Assert.DoesNotContain("own,", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["default", "open", "strict"], guard.Policies.Current.Of("other").Select(policy => policy.Name));
        Assert.NotEqual(guard.Policies.Get("acme", "open").Version, guard.Policies.Get("other", "open").Version);
        Assert.Same(guard.Policies.Get("other", "open"), guard.Policies.Get("third", "OPEN"));
    }
}
