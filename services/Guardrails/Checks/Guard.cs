using Microsoft.Extensions.Options;
using Millrace.Guardrails.Filtering;
using Millrace.Guardrails.Policies;
using Millrace.Guardrails.Telemetry;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Guardrails.Checks;

/// <summary>The checks: of input, of a whole output, and of an output as it is written. Safe for use by several threads.</summary>
public sealed class Guard(PolicyCatalog policies, IOptions<GuardrailsOptions> options, GuardrailsMetrics metrics)
{
    /// <summary>Checks texts on their way to a model; they are decided together.</summary>
    /// <param name="policyName">Name of the policy; empty for the default policy.</param>
    /// <param name="texts">The texts, oldest first.</param>
    public CheckResult CheckInput(string policyName, IReadOnlyList<string> texts)
    {
        var limit = options.Value.TextsMax;
        if (texts.Count > limit)
            throw MillraceException.InvalidArgument(
                "texts", $"There are {texts.Count} texts, and {limit} may be checked at once. Send fewer.");

        var policy = policies.Get(policyName);
        TextCheck[] checks = [.. texts.Select(text => CheckInput(policy, text))];
        var action = checks.Length == 0 ? RuleAction.Allow : checks.Max(check => check.Action);
        return new CheckResult(action, checks, policy.Version);
    }

    /// <summary>Checks a whole text on its way to a user.</summary>
    /// <param name="policyName">Name of the policy; empty for the default policy.</param>
    /// <param name="text">The text.</param>
    public CheckResult CheckOutput(string policyName, string text)
    {
        var policy = policies.Get(policyName);
        var check = Check(policy.Output, text);
        return new CheckResult(check.Action, [check], policy.Version);
    }

    /// <summary>Begins to filter a text on its way to a user while it is being written.</summary>
    /// <param name="policyName">Name of the policy; empty for the default policy.</param>
    public OutputFilter FilterOutput(string policyName)
    {
        var policy = policies.Get(policyName);
        return new OutputFilter(new StreamFilter(policy.Output, options.Value.FindingsMax), policy.Version, metrics);
    }

    private TextCheck CheckInput(GuardPolicy policy, string text)
    {
        if (text.Length <= policy.InputCharsMax) return Check(policy.Input, text);

        Finding tooLong = new(GuardPolicy.LengthRule, RuleAction.Block, Start: 0, text.Length, Score: 1);
        metrics.Decided([tooLong]);
        return new TextCheck(RuleAction.Block, string.Empty, [tooLong]);
    }

    private TextCheck Check(RuleSet rules, string text)
    {
        var filter = new StreamFilter(rules, options.Value.FindingsMax);
        var filtered = filter.Push(text) + filter.End();
        metrics.Decided(filter.Findings);
        return new TextCheck(filter.Action, filter.IsBlocked ? string.Empty : filtered, filter.Findings);
    }
}
