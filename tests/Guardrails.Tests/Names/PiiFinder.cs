using Millrace.Guardrails.Detection;
using Millrace.Guardrails.Filtering;
using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Tests.Names;

/// <summary>Finds all personal data by a policy that flags everything, and names it as the corpus does.</summary>
internal sealed class PiiFinder
{
    private const int FindingsMax = 100_000;
    private const string Other = "OTHER";

    // The corpus' names of what the rules find. What it does not have is personal data nevertheless.
    private static readonly Dictionary<string, string> Types = new()
    {
        ["pii.email"] = "EMAIL_ADDRESS",
        ["pii.phone"] = "PHONE_NUMBER",
        ["pii.credit_card"] = "CREDIT_CARD",
        ["pii.ssn"] = "US_SSN",
        ["pii.iban"] = "IBAN_CODE",
        ["pii.ip"] = "IP_ADDRESS",
        ["pii.driver_licence"] = "US_DRIVER_LICENSE",
        ["pii.postal_code"] = "ZIP_CODE",
        ["pii.date_of_birth"] = "DATE_TIME",
        ["entity.url"] = "DOMAIN_NAME",
        ["entity.person"] = "PERSON",
        ["entity.location"] = "GPE",
        ["entity.organisation"] = "ORGANIZATION",
        ["entity.address"] = "STREET_ADDRESS",
        ["entity.nationality"] = "NRP",
        ["entity.title"] = "TITLE",
        ["entity.postal_code"] = "ZIP_CODE",
        ["entity.date_time"] = "DATE_TIME",
        ["entity.age"] = "AGE",
    };

    private readonly RuleSet _rules;

    /// <summary>With all rules for personal data.</summary>
    public PiiFinder()
    {
        var verdicts = DetectorCatalog.Rules
            .Where(rule => rule.StartsWith("pii.", StringComparison.Ordinal) || rule.StartsWith("entity.", StringComparison.Ordinal))
            .ToDictionary(rule => rule, rule => new RuleVerdict(RuleAction.Flag, 0, IsDryRun: false, RuleActions.PlaceholderOf(rule)));
        _rules = new RuleSet(RecogniserCatalog.All, DetectorCatalog.All, new RuleActions(verdicts));
    }

    /// <summary>What is found in a text, in order of the starts.</summary>
    public IReadOnlyList<PiiSpan> Find(string text)
    {
        var filter = new StreamFilter(_rules, FindingsMax);
        filter.Push(text);
        filter.End();
        return [.. filter.Findings.Select(finding =>
            new PiiSpan(Types.GetValueOrDefault(finding.Rule, Other), finding.Start, finding.End))];
    }
}
