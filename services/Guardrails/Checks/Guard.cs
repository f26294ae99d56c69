using Millrace.Guardrails.Evidence;
using Millrace.Guardrails.Filtering;
using Millrace.Guardrails.Policies;
using Millrace.Guardrails.Pseudonyms;
using Millrace.Guardrails.Topics;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Guardrails.Checks;

/// <summary>
/// The checks: of input, of a whole output, and of an output as it is written. Each ends under the policies it began with. Safe for use by
/// several threads.
/// </summary>
public sealed class Guard(PolicyCatalog policies, ServiceKey key, FindingReporter reporter)
{
    private const string TooManyNames = "masked: no room for more pseudonyms";

    private readonly PseudonymSealer _sealer = new(key);
    private readonly Canary _canary = new(key);

    /// <summary>Checks texts on their way to a model; they are decided together, but for passages and results of tools.</summary>
    /// <exception cref="MillraceException">There is no such policy, or the request is not valid.</exception>
    public CheckResult CheckInput(InputCheck input)
    {
        var set = policies.Current;
        Require(input, set.Options.TextsMax);
        var policy = set.Get(input.Tenant, input.Policy);
        var names = Open(input.Pseudonyms, input.Tenant);
        foreach (var text in policy.Options.UsesPseudonyms ? input.Texts : []) names.Vault.Reserve(text);

        TextCheck[] checks = [.. input.Texts.Select((_, at) => CheckInput(set, policy, (input, at), names))];
        int[] quarantined = [.. Enumerable.Range(0, checks.Length).Where(at => IsQuarantined(input, checks, at))];
        return new CheckResult(ActionOf(checks, quarantined), checks, policy.Version)
        {
            Quarantined = quarantined,
            Pseudonyms = _sealer.Seal(names.Vault, input.Tenant),
            Canary = policy.Options.Canary ? _canary.Of(input.Tenant, policy.Version) : string.Empty,
        };
    }

    /// <summary>Checks a whole text on its way to a user.</summary>
    /// <exception cref="MillraceException">There is no such policy, or the request is not valid.</exception>
    public CheckResult CheckOutput(OutputContext context, string text)
    {
        var filter = FilterOutput(context);
        var filtered = filter.Push(text) + filter.End();
        var check = new TextCheck(filter.Action, filter.IsBlocked ? string.Empty : filtered, filter.Findings);
        return new CheckResult(check.Action, [check], filter.PolicyVersion);
    }

    /// <summary>Begins to filter a text on its way to a user while it is being written.</summary>
    /// <exception cref="MillraceException">There is no such policy, or the request is not valid.</exception>
    public OutputFilter FilterOutput(OutputContext context)
    {
        var set = policies.Current;
        var policy = set.Get(context.Tenant, context.Policy);
        var names = Open(context.Pseudonyms, context.Tenant, context.IsJson);
        var filter = new StreamFilter(policy.Output, set.Options.FindingsMax, names.Replacer, RequestDetectors.Of(context, names.Vault))
        {
            KeepsEvidence = reporter.IncludesText,
        };
        return new OutputFilter(filter, policy.Version, reporter);
    }

    /// <summary>Tells what a policy makes of a text, and counts nothing.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="policyName">Name of the policy; empty for the tenant's default policy.</param>
    /// <param name="text">The text.</param>
    /// <param name="scope">What kind of text it is.</param>
    /// <exception cref="MillraceException">There is no such policy.</exception>
    public Explanation Explain(string tenant, string policyName, string text, RuleScope scope)
    {
        var set = policies.Current;
        var policy = set.Get(tenant, policyName);
        if (scope != RuleScope.Output && text.Length > policy.InputCharsMax) return new Explanation(policy, TooLong(text));

        var names = Open(default, tenant);
        names.Vault.Reserve(text);
        var decided = Filter(set, policy.RulesOf(scope), text, names);
        var found = Filter(set, policy.AllRulesOf(scope), text, names);
        Finding[] findings = [.. found.Findings.Select(finding => AsDecided(policy, scope, finding))];
        return new Explanation(policy, decided with { Findings = findings });
    }

    private TextCheck CheckInput(PolicySet set, GuardPolicy policy, (InputCheck Input, int At) part, Names names)
    {
        var (text, scope) = (part.Input.Texts[part.At], ScopeOf(part.Input, part.At));
        var check = text.Length > policy.InputCharsMax ? TooLong(text) : Filter(set, policy.RulesOf(scope), text, names);
        foreach (var topic in part.Input.Topics.Where(topic => topic.TextIndex == part.At))
            check = WithTopic(check, topic, policy.VerdictOf(scope, topic.Rule), text.Length);
        reporter.Decided(scope.Direction(), policy.Version, check.Findings);
        return check;
    }

    // A topic is the whole text's: it cannot be masked, and one that is to be masked is flagged.
    private static TextCheck WithTopic(TextCheck check, TopicMatch topic, RuleVerdict verdict, int length)
    {
        var action = verdict.ActionAt(topic.Score);
        if (action == RuleAction.Allow) return check;
        if (action != RuleAction.Block) action = RuleAction.Flag;
        Finding finding = new(topic.Rule, action, Start: 0, length, topic.Score) { IsDryRun = verdict.IsDryRun };
        var decided = verdict.IsDryRun || action < check.Action ? check.Action : action;
        var text = decided == RuleAction.Block ? string.Empty : check.Text;
        return new TextCheck(decided, text, [finding, .. check.Findings]);
    }

    private TextCheck Filter(PolicySet set, RuleSet rules, string text, Names names)
    {
        var filter = new StreamFilter(rules, set.Options.FindingsMax, names.Replacer) { KeepsEvidence = reporter.IncludesText };
        var filtered = filter.Push(text) + filter.End();
        var findings = names.Vault.IsFull ? [.. filter.Findings.Select(finding => Named(finding, text, names.Vault))] : filter.Findings;
        return new TextCheck(filter.Action, filter.IsBlocked ? string.Empty : filtered, findings);
    }

    private Names Open(ReadOnlyMemory<byte> pseudonyms, string tenant, bool isJson = false)
    {
        var vault = _sealer.Open(pseudonyms.Span, tenant);
        return new Names(vault, new FindingReplacer(vault, new TextHasher(key, tenant)) { IsJson = isJson });
    }

    private static TextCheck TooLong(string text) => new(
        RuleAction.Block, string.Empty, [new Finding(RuleNames.InputLength, RuleAction.Block, Start: 0, text.Length, Score: 1)]);

    // A rule that runs only to be explained did nothing.
    private static Finding AsDecided(GuardPolicy policy, RuleScope scope, Finding finding) =>
        policy.VerdictOf(scope, finding.Rule).Action == RuleAction.Allow
            ? finding with { Action = RuleAction.Allow, IsDryRun = false }
            : finding;

    private static Finding Named(Finding finding, string text, PseudonymVault vault) =>
        finding is { Action: RuleAction.Pseudonym, IsDryRun: false } && !vault.Knows(text.AsSpan(finding.Start, finding.Length))
            ? finding with { Detail = TooManyNames }
            : finding;

    private static RuleAction ActionOf(TextCheck[] checks, int[] quarantined) => checks
        .Select((check, at) => quarantined.Contains(at) ? RuleAction.Mask : check.Action)
        .DefaultIfEmpty(RuleAction.Allow).Max();

    private static bool IsQuarantined(InputCheck input, TextCheck[] checks, int at) =>
        checks[at].Action == RuleAction.Block && ScopeOf(input, at) == RuleScope.Documents;

    private static RuleScope ScopeOf(InputCheck input, int at) => input.Scopes.Count == 0 ? RuleScope.User : input.Scopes[at];

    private static void Require(InputCheck input, int textsMax)
    {
        if (input.Texts.Count > textsMax)
            throw MillraceException.InvalidArgument(
                "texts", $"There are {input.Texts.Count} texts, and {textsMax} may be checked at once. Send fewer.");
        if (input.Scopes.Count > 0 && input.Scopes.Count != input.Texts.Count)
            throw MillraceException.InvalidArgument(
                "sources", $"There are {input.Scopes.Count} sources of {input.Texts.Count} texts. Send one for each text, or none.");
    }

    private sealed record Names(PseudonymVault Vault, FindingReplacer Replacer);
}
