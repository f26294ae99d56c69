using Millrace.Guardrails.Detection;
using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Tests.Detection;

/// <summary>Texts with what is to be found in them, and texts in which nothing is: the files beside this one, a text in each
/// line.</summary>
public sealed class LabelledTextTests
{
    private const int FoundMin = 250;
    private const int LookalikesMin = 190;

    private static readonly RuleSet PersonalAndSecret = Scan.Rules(RuleAction.Mask, rule =>
        rule.StartsWith("pii.", StringComparison.Ordinal)
        || rule.StartsWith("secret.", StringComparison.Ordinal));

    [Fact]
    public void Found_EveryLabelledText_IsFoundExactly()
    {
        var rows = LabelledTexts.Found;

        Assert.True(rows.Count >= FoundMin, $"{rows.Count} texts");
        AssertNone(rows
            .Select(row => (row, found: string.Join('|', Scan.Found(row.Rule, row.Text))))
            .Where(pair => pair.found != pair.row.Expected)
            .Select(pair => $"{pair.row.Rule}: '{pair.row.Text}' gives '{pair.found}', not '{pair.row.Expected}'"));
    }

    [Fact]
    public void Found_EveryLabelledText_IsTheSameInSingleCharacters() => AssertNone(LabelledTexts.Found
        .Where(row => Scan.Whole(PersonalAndSecret, row.Text).Text
            != Scan.Pieces(PersonalAndSecret, row.Text.Select(c => c.ToString())).Text)
        .Select(row => row.Text));

    [Fact]
    public void Found_EveryRuleOfPersonalDataAndSecrets_HasTexts()
    {
        var labelled = LabelledTexts.Found.Select(row => row.Rule).ToHashSet();

        AssertNone(RecogniserCatalog.All.Select(recogniser => recogniser.Rule).Where(rule => !IsOfOthers(rule)
            && !labelled.Contains(rule)));
    }

    [Fact]
    public void Lookalikes_NoText_HasAFinding()
    {
        var lines = LabelledTexts.Lookalikes;

        Assert.True(lines.Count >= LookalikesMin, $"{lines.Count} texts");
        AssertNone(lines.SelectMany(line => Scan.Whole(PersonalAndSecret, line).Findings
            .Select(finding => $"{finding.Rule} in '{line}': '{line[finding.Start..finding.End]}'")));
    }

    [Fact]
    public void Lookalikes_OneAfterAnother_HaveNoMoreFindings() => AssertNone(
        Scan.Whole(PersonalAndSecret, string.Join('\n', LabelledTexts.Lookalikes)).Findings.Select(finding =>
            $"{finding.Rule} at {finding.Start}"));

    private static bool IsOfOthers(string rule) => rule.StartsWith("injection.", StringComparison.Ordinal)
        || rule.StartsWith("content.", StringComparison.Ordinal);

    private static void AssertNone(IEnumerable<string> wrong)
    {
        var found = wrong.ToList();
        Assert.True(found.Count == 0, $"{found.Count} wrong:\n{string.Join('\n', found)}");
    }
}
