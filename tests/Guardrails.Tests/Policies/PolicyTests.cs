using Microsoft.Extensions.Options;
using Millrace.Guardrails.Policies;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Guardrails.Tests.Policies;

public sealed class PolicyTests
{
    [Fact]
    public void Default_FlagsPiiAndBlocksInjectionOnInput_AndMasksPiiOnOutput()
    {
        var options = new PolicyOptions();

        Assert.All(options.InputActions(), pair => Assert.Equal(IsPii(pair.Key) ? RuleAction.Flag : RuleAction.Block, pair.Value));
        Assert.All(options.OutputActions(), pair => Assert.Equal(IsPii(pair.Key) ? RuleAction.Mask : RuleAction.Allow, pair.Value));
    }

    [Fact]
    public void Rule_WinsOverItsFamily()
    {
        var options = new PolicyOptions();
        options.Output["pii.*"] = "block";
        options.Output["PII.Email"] = "Allow";

        Assert.Equal(RuleAction.Allow, options.OutputActions()["pii.email"]);
        Assert.Equal(RuleAction.Block, options.OutputActions()["pii.ssn"]);
    }

    [Fact]
    public void Version_ChangesWithTheContentAndOnlyWithIt()
    {
        var changed = new PolicyOptions();
        changed.Output["pii.email"] = "flag";

        Assert.Equal(new GuardPolicy("a", new PolicyOptions()).Version, new GuardPolicy("b", new PolicyOptions()).Version);
        Assert.NotEqual(new GuardPolicy("a", new PolicyOptions()).Version, new GuardPolicy("a", changed).Version);
        Assert.NotEqual(
            new GuardPolicy("a", new PolicyOptions()).Version, new GuardPolicy("a", new PolicyOptions { InputCharsMax = 7 }).Version);
    }

    [Fact]
    public void Options_WithSeveralFaults_NameAllWithTheirRemedies()
    {
        var options = new GuardrailsOptions { DefaultPolicy = "none" };
        var policy = new PolicyOptions { InputCharsMax = 0, BlockScoreMin = float.NaN };
        policy.Input["pii.e-mail"] = "flag";
        policy.Output["pii.email"] = "3";
        options.Policies["odd"] = policy;

        var errors = options.Validate().ToList();

        Assert.Equal(5, errors.Count);
        Assert.Contains(errors, error => error.Contains("pii.e-mail names no rule", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("Set it to allow, flag, mask or block", StringComparison.Ordinal));
    }

    [Fact]
    public void Catalog_UnknownPolicy_IsRefusedByName()
    {
        var catalog = new PolicyCatalog(Options.Create(new GuardrailsOptions()));

        var refusal = Assert.Throws<MillraceException>(() => catalog.Get("strict"));

        Assert.Equal(Reason.PolicyNotFound, refusal.Reason);
        Assert.Contains("'strict'", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("default", catalog.Get("").Name);
    }

    [Fact]
    public void Block_BelowItsScore_IsAFlag()
    {
        var rules = Scan.Rules(new Dictionary<string, RuleAction> { ["pii.ssn"] = RuleAction.Block }, scoreMin: 0.7f);

        Assert.Equal(RuleAction.Block, Scan.Whole(rules, "460-89-9847").Action);
        Assert.Equal(RuleAction.Flag, Scan.Whole(rules, "460 89 9847").Action);
    }

    private static bool IsPii(string rule) => rule.StartsWith("pii.", StringComparison.Ordinal);
}
