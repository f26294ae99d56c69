using Millrace.Cli.Evaluation;

namespace Millrace.Cli.Tests.Evaluation;

public sealed class EvaluationReportTests
{
    private readonly StringWriter _output = new() { NewLine = "\n" };

    [Fact]
    public async Task Report_MixedOutcomes_CountsEachKind()
    {
        var report = new EvaluationReport(
        [
            Asked("a1", answerable: true, "30 days.", 100, "shop/returns.md", "it/vpn.md"),
            Asked("a2", answerable: true, "Blue.", 200, "it/vpn.md"),
            Asked("a3", answerable: true, AssistantAnswer.Refusal, 300),
            Asked("u1", answerable: false, AssistantAnswer.Refusal, 400),
            Asked("u2", answerable: false, "Surely.", 2000, "shop/returns.md"),
        ]);

        await report.WriteAsync(_output, verbose: false);

        Assert.Equal(1 / 3.0, report.CitedRightRate, 1e-9);
        Assert.Equal(0.5, report.RefusedRate);
        Assert.Equal(
            """
            answerable, answered                  2 of 3 (67%)
            answerable, expected document cited   1 of 3 (33%)
            unanswerable, refused                 1 of 2 (50%)
            latency                               p50 300 ms, p95 2000 ms

            """,
            _output.ToString());
    }

    [Fact]
    public async Task Report_Verbose_ShowsWhatWentWrongOnly()
    {
        var report = new EvaluationReport(
            [Asked("a1", answerable: true, "30\ndays.", 1, "shop/returns.md"), Asked("a2", answerable: true, "Blue,\nor red.", 1)]);

        await report.WriteAsync(_output, verbose: true);

        Assert.StartsWith(
            """
              a2: What is a2?
                  said Blue, or red.
                  cited nothing, expected shop/returns.md
            answerable, answered
            """,
            _output.ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_NothingAsked_DividesByNothing()
    {
        await new EvaluationReport([]).WriteAsync(_output, verbose: true);

        Assert.Contains("0 of 0 (0%)", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Latency_OfOneAnswer_IsThatOfBothPercentiles()
    {
        await new EvaluationReport([Asked("a1", answerable: true, "x", 7)]).WriteAsync(_output, verbose: false);

        Assert.Contains("p50 7 ms, p95 7 ms", _output.ToString(), StringComparison.Ordinal);
    }

    private static QuestionOutcome Asked(string id, bool answerable, string said, int latencyMs, params string[] cited) => new(
        new SampleQuestion(id, $"What is {id}?", answerable, answerable ? ["shop/returns.md"] : []),
        new AssistantAnswer(said, cited, TimeSpan.FromMilliseconds(latencyMs)));
}
