using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.Tests.Filtering;

public sealed class StreamFilterTests
{
    private const int RandomCutsPerSentence = 20;

    public static TheoryData<string> RuleSets => ["all", "pii", "mixed"];

    [Theory]
    [MemberData(nameof(RuleSets))]
    public void Text_CutOnceAnywhere_FiltersAsWhole(string rules) => ForEachSentence(rules, (set, text, whole) =>
    {
        for (var cut = 0; cut <= text.Length; cut++)
            whole.AssertSame(Scan.Pieces(set, [text[..cut], text[cut..]]), $"'{text}' cut at {cut}");
    });

    [Theory]
    [MemberData(nameof(RuleSets))]
    public void Text_InSingleCharacters_FiltersAsWholeWithinItsBound(string rules) => ForEachSentence(rules, (set, text, whole) =>
    {
        var pieces = Scan.Pieces(set, text.Select(c => c.ToString()));

        whole.AssertSame(pieces, $"'{text}' in single characters");
        Assert.True(pieces.HeldMax <= set.HeldCharsMax, $"'{text}' held back {pieces.HeldMax} characters");
    });

    [Theory]
    [MemberData(nameof(RuleSets))]
    public void Text_InRandomPieces_FiltersAsWhole(string rules)
    {
        var random = new Random(20_261_121);
        ForEachSentence(rules, (set, text, whole) =>
        {
            for (var round = 0; round < RandomCutsPerSentence; round++)
                whole.AssertSame(Scan.Pieces(set, Cut(text, random)), $"'{text}', round {round}");
        });
    }

    [Fact]
    public void Sentences_AreEnoughAndHaveFindingsOfEveryRule()
    {
        var found = Sentences.All.SelectMany(text => Scan.Whole(Scan.MaskAll, text).Findings).Select(finding => finding.Rule).Distinct();

        Assert.True(Sentences.All.Count >= 150, $"{Sentences.All.Count} sentences");
        Assert.Empty(Millrace.Guardrails.Detection.RecogniserCatalog.All.Select(known => known.Rule).Except(found));
    }

    [Theory]
    [InlineData("Mail bob@example.com, card 4111 1111 1111 1111.", "Mail [REDACTED_EMAIL], card [REDACTED_CREDIT_CARD].")]
    [InlineData("SSN 460-89-9847 phone 415-555-2671", "SSN [REDACTED_SSN] phone [REDACTED_PHONE]")]
    [InlineData("123-45-6789@example.com", "[REDACTED_EMAIL]")]
    [InlineData("nothing here", "nothing here")]
    public void Mask_ReplacesFindings(string text, string masked) => Assert.Equal(masked, Scan.Whole(Scan.MaskAll, text).Text);

    [Fact]
    public void Mask_OverlappingFindings_LetNoEndThrough()
    {
        var outcome = Scan.Whole(Scan.MaskAll, "at 415 555 2671.bob@example.com now");

        Assert.Equal("at [REDACTED_PHONE] now", outcome.Text);
        Assert.Equal(["pii.phone", "pii.email"], outcome.Findings.Select(finding => finding.Rule));
    }

    [Fact]
    public void Findings_AreOffsetsOfTheOriginalText()
    {
        const string Text = "\uD83D\uDE00 bob@example.com, 460-89-9847";

        var findings = Scan.Pieces(Scan.MaskAll, Text.Select(c => c.ToString())).Findings;

        Assert.Equal([3, 20], findings.Select(finding => finding.Start));
        Assert.Equal(["bob@example.com", "460-89-9847"], findings.Select(finding => Text[finding.Start..finding.End]));
    }

    [Fact]
    public void Flag_ReportsAndLeavesTheText()
    {
        var outcome = Scan.Whole(Scan.Rules(RuleAction.Flag, _ => true), "Mail bob@example.com");

        Assert.Equal("Mail bob@example.com", outcome.Text);
        Assert.Equal(RuleAction.Flag, outcome.Action);
    }

    [Fact]
    public void Push_WhatCannotBecomeAFinding_IsLetGoAtOnce()
    {
        var filter = Scan.Filter(Scan.Rules(RuleAction.Mask, rule => rule.StartsWith("pii.", StringComparison.Ordinal)));

        Assert.Equal("Hello ", filter.Push("Hello wor"));
        Assert.Equal("world, ", filter.Push("ld, bob@exam"));
        Assert.Equal("[REDACTED_EMAIL] ", filter.Push("ple.com "));
        Assert.Equal(0, filter.HeldChars);
    }

    [Fact]
    public void Block_StopsTheStreamForGood()
    {
        var filter = Scan.Filter(Scan.Rules(RuleAction.Block, rule => rule == "pii.ssn"));

        Assert.Equal("It is ", filter.Push("It is 460-89-98"));
        Assert.Equal("", filter.Push("47, "));
        Assert.True(filter.IsBlocked);
        Assert.Equal("", filter.Push("more"));
        Assert.Equal("", filter.End());
        Assert.Equal(new Finding("pii.ssn", RuleAction.Block, 6, 11, 0.9f), Assert.Single(filter.Findings));
    }

    [Fact]
    public void Findings_BeyondTheLimit_AreMaskedAndNotListed()
    {
        var filter = new Millrace.Guardrails.Filtering.StreamFilter(Scan.MaskAll, findingsMax: 2);

        var text = filter.Push("a@b.co c@d.co e@f.co ") + filter.End();

        Assert.Equal("[REDACTED_EMAIL] [REDACTED_EMAIL] [REDACTED_EMAIL] ", text);
        Assert.Equal(2, filter.Findings.Count);
    }

    [Fact]
    public void Findings_BlockBeyondTheLimit_IsListedAsTheLast()
    {
        var actions = new Dictionary<string, RuleAction> { ["pii.email"] = RuleAction.Mask, ["pii.ssn"] = RuleAction.Block };
        var filter = new Millrace.Guardrails.Filtering.StreamFilter(Scan.Rules(actions), findingsMax: 2);

        filter.Push("a@b.co c@d.co e@f.co 460-89-9847 ");

        Assert.True(filter.IsBlocked);
        Assert.Equal(["pii.email", "pii.ssn"], filter.Findings.Select(finding => finding.Rule));
    }

    private static void ForEachSentence(string rules, Action<RuleSet, string, Scan.Outcome> check)
    {
        var set = rules switch
        {
            "all" => Scan.MaskAll,
            "pii" => Scan.Rules(RuleAction.Mask, rule => rule.StartsWith("pii.", StringComparison.Ordinal)),
            _ => Mixed(),
        };
        foreach (var text in Sentences.All) check(set, text, Scan.Whole(set, text));
    }

    // Neighbouring actions, so that flagged findings lie in masked ones and the other way round.
    private static RuleSet Mixed() => Scan.Rules(
        Millrace.Guardrails.Detection.DetectorCatalog.Rules
            .Select((rule, index) => (rule, Action: index % 2 == 0 ? RuleAction.Flag : RuleAction.Mask))
            .ToDictionary(pair => pair.rule, pair => pair.Action));

    private static IEnumerable<string> Cut(string text, Random random)
    {
        for (var start = 0; start < text.Length;)
        {
            var length = Math.Min(text.Length - start, random.Next(0, 9));
            yield return text.Substring(start, length);
            start += length;
        }
    }
}
