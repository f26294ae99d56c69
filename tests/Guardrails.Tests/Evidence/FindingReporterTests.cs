using System.Diagnostics;

namespace Millrace.Guardrails.Tests.Evidence;

public sealed class FindingReporterTests
{
    [Fact]
    public void Finding_IsToldWithoutItsText()
    {
        using var guard = new GuardUnderTest();

        guard.Output("I am bob@example.com");

        Assert.Contains("Found pii.email at output 5+15, score 1", guard.Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("bob@", guard.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Finding_WhereTheOperatorAsks_IsToldWithItsText()
    {
        using var guard = new GuardUnderTest(("Evidence:IncludeText", "true"), ("Evidence:TextCharsMax", "5"));

        var finding = Assert.Single(guard.Input("I am bob@example.com").Texts[0].Findings);

        Assert.Equal("bob@example.com", finding.Evidence);
        Assert.Contains(": bob@e", guard.Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("bob@ex", guard.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Findings_BeyondTheBound_AreNotTold()
    {
        using var guard = new GuardUnderTest(("Evidence:LoggedMax", "1"));

        guard.Output("bob@example.com, 460-89-9847");

        Assert.Contains("pii.email", guard.Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("pii.ssn", guard.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Finding_IsAnEventOfTheTrace()
    {
        using var guard = new GuardUnderTest();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == nameof(FindingReporterTests),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource(nameof(FindingReporterTests));
        using var activity = source.StartActivity();

        guard.Output("bob@example.com");

        var found = Assert.Single(activity!.Events);
        var tags = found.Tags.ToDictionary(tag => tag.Key, tag => tag.Value);
        Assert.Equal(("guardrails.finding", "pii.email", "mask"), (found.Name, tags["guardrails.rule"], tags["guardrails.action"]));
        Assert.Equal("0+15", tags["guardrails.span"]);
    }
}
