using Millrace.Guardrails.Policies;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Guardrails.Tests.Policies;

public sealed class PolicyTests
{
    [Theory]
    [InlineData("pii.email", RuleAction.Flag, RuleAction.Allow, RuleAction.Mask)]
    [InlineData("secret.any", RuleAction.Flag, RuleAction.Flag, RuleAction.Mask)]
    [InlineData("entity.person", RuleAction.Allow, RuleAction.Allow, RuleAction.Allow)]
    [InlineData("injection.ignore_instructions", RuleAction.Block, RuleAction.Block, RuleAction.Allow)]
    [InlineData("content.hate", RuleAction.Flag, RuleAction.Flag, RuleAction.Allow)]
    [InlineData("content.sexual_minors", RuleAction.Block, RuleAction.Block, RuleAction.Allow)]
    [InlineData("leak.canary", RuleAction.Allow, RuleAction.Allow, RuleAction.Block)]
    [InlineData("custom.ticket", RuleAction.Flag, RuleAction.Flag, RuleAction.Mask)]
    [InlineData("custom.deny", RuleAction.Block, RuleAction.Block, RuleAction.Block)]
    public void Default_DecidesByFamilyAndDirection(string rule, RuleAction input, RuleAction documents, RuleAction output)
    {
        var options = new PolicyOptions();

        Assert.Equal(input, options.VerdictOf(GuardDirection.Input, rule).Action);
        Assert.Equal(documents, options.VerdictOf(GuardDirection.Documents, rule).Action);
        Assert.Equal(output, options.VerdictOf(GuardDirection.Output, rule).Action);
    }

    [Fact]
    public void Strict_LetsNoPersonalDataOut()
    {
        var strict = PolicyOptions.Strict();

        Assert.Empty(strict.Validate());
        Assert.Equal(RuleAction.Mask, strict.VerdictOf(GuardDirection.Output, "entity.person").Action);
        Assert.Equal(RuleAction.Mask, strict.VerdictOf(GuardDirection.Documents, "pii.email").Action);
        Assert.Equal(RuleAction.Block, strict.VerdictOf(GuardDirection.Input, "content.hate").Action);
    }

    [Fact]
    public void Rule_WinsOverItsFamily()
    {
        var options = new PolicyOptions();
        options.Output["pii.*"] = "block";
        options.Output["PII.Email"] = "Allow";

        Assert.Equal(RuleAction.Allow, options.OutputActions()["pii.email"]);
        Assert.Equal(RuleAction.Block, options.OutputActions()["pii.ssn"]);
        Assert.Equal(RuleAction.Flag, options.InputActions()["pii.ssn"]);
    }

    [Fact]
    public void Threshold_BelowIt_IsNoFinding()
    {
        var options = new PolicyOptions();
        options.Thresholds["pii.phone"] = 0.7f;
        options.Thresholds["pii.*"] = 0.2f;
        options.Output["pii.ssn"] = "block";
        options.Thresholds["pii.ssn"] = 0.5f;

        Assert.Equal(0.2f, options.ScoreMinOf("pii.email"));
        Assert.Equal(RuleAction.Allow, options.VerdictOf(GuardDirection.Output, "pii.phone").ActionAt(0.69f));
        Assert.Equal(RuleAction.Mask, options.VerdictOf(GuardDirection.Output, "pii.phone").ActionAt(0.7f));
        Assert.Equal(RuleAction.Allow, options.VerdictOf(GuardDirection.Output, "pii.ssn").ActionAt(0.4f));
        Assert.Equal(RuleAction.Allow, options.VerdictOf(GuardDirection.Input, "content.hate").ActionAt(0.69f));
    }

    [Fact]
    public void Block_BelowItsScore_IsAFlag()
    {
        var verdict = new PolicyOptions { BlockScoreMin = 0.7f }.VerdictOf(GuardDirection.Input, "injection.role_change");
        var rules = Scan.Rules(new Dictionary<string, RuleAction> { ["pii.ssn"] = RuleAction.Block }, scoreMin: 0.7f);

        Assert.Equal(RuleAction.Flag, verdict.ActionAt(0.69f));
        Assert.Equal(RuleAction.Block, verdict.ActionAt(0.7f));
        Assert.Equal(RuleAction.Block, Scan.Whole(rules, "460-89-9847").Action);
        Assert.Equal(RuleAction.Flag, Scan.Whole(rules, "460 89 9847").Action);
    }

    [Fact]
    public void DryRun_OfARuleOrAPolicy_IsTold()
    {
        var some = new PolicyOptions();
        some.DryRunRules.Add("pii.*");
        var all = new PolicyOptions { DryRun = true };

        Assert.True(some.VerdictOf(GuardDirection.Output, "pii.email").IsDryRun);
        Assert.False(some.VerdictOf(GuardDirection.Output, "secret.key").IsDryRun);
        Assert.True(all.VerdictOf(GuardDirection.Output, "secret.key").IsDryRun);
        Assert.Equal("bob@example.com", Scan.Whole(new GuardPolicy("all", all).Output, "bob@example.com").Text);
    }

    public static TheoryData<Action<PolicyOptions>> Changes => new()
    {
        options => options.Output["pii.email"] = "flag",
        options => options.Documents["pii.email"] = "block",
        options => options.Input["topic.*"] = "flag",
        options => options.InputCharsMax = 7,
        options => options.BlockScoreMin = 0.6f,
        options => options.Thresholds["pii.phone"] = 0.6f,
        options => options.DryRun = true,
        options => options.DryRunRules.Add("pii.email"),
        options => options.Canary = true,
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Version_ChangesWithTheContent(Action<PolicyOptions> change)
    {
        var changed = new PolicyOptions();
        change(changed);

        Assert.NotEqual(new GuardPolicy("a", new PolicyOptions()).Version, new GuardPolicy("a", changed).Version);
    }

    [Fact]
    public void Version_ChangesWithOwnRulesAndNothingElse()
    {
        var same = new PolicyOptions();
        same.Output["pii.email"] = "mask";
        var tenant = new TenantOptions();
        tenant.AllowList.Add("help@example.com");

        var version = new GuardPolicy("a", new PolicyOptions()).Version;

        Assert.Equal(version, new GuardPolicy("b", same).Version);
        Assert.NotEqual(version, new GuardPolicy("a", same, OwnRules.Of(tenant)).Version);
    }

    [Fact]
    public void Options_WithSeveralFaults_NameAllWithTheirRemedies()
    {
        var options = new GuardrailsOptions { DefaultPolicy = "none" };
        var policy = new PolicyOptions { InputCharsMax = 0, BlockScoreMin = float.NaN };
        policy.Input["pii.e-mail"] = "flag";
        policy.Output["pii.email"] = "3";
        policy.Output["pii.ssn"] = "pseudonym";
        policy.Documents["pi.*"] = "flag";
        policy.Thresholds["pii.ssn"] = 2;
        policy.DryRunRules.Add("custom.absent");
        options.Policies["odd"] = policy;

        var errors = options.Validate().ToList();

        Assert.Equal(9, errors.Count);
        Assert.Contains(errors, error => error.Contains("pii.e-mail names no rule", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("Set it to allow, flag, mask, hash, pseudonym or block", StringComparison.Ordinal));
    }

    [Fact]
    public void Options_MayNameOwnPatterns()
    {
        var options = new GuardrailsOptions();
        options.Patterns["ticket"] = new() { Pattern = "TKT-\\d+" };
        options.Policies["default"].Output["custom.ticket"] = "block";

        Assert.Empty(options.Validate());
    }

    [Fact]
    public void Catalog_UnknownPolicy_IsRefusedByName()
    {
        var policies = new PolicySet(new GuardrailsOptions());

        var refusal = Assert.Throws<MillraceException>(() => policies.Get("acme", "absent"));

        Assert.Equal((Reason.PolicyNotFound, "policy"), (refusal.Reason, refusal.Param));
        Assert.Contains("'absent'. Use default, strict", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("default", policies.Get("acme", "").Name);
    }
}
