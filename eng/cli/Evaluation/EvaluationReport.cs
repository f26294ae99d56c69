using System.Globalization;

namespace Millrace.Cli.Evaluation;

/// <summary>One question and what became of it.</summary>
public sealed record QuestionOutcome(SampleQuestion Question, AssistantAnswer Answer)
{
    /// <summary>An answerable question was answered with a citation of a document that answers it.</summary>
    public bool CitedRight => Question.Answerable && Answer.CitedDocuments.Intersect(Question.Sources, StringComparer.Ordinal).Any();

    /// <summary>The assistant did what it should.</summary>
    public bool Right => Question.Answerable ? CitedRight : Answer.IsRefusal;
}

/// <summary>How the sample questions were answered.</summary>
public sealed class EvaluationReport(IReadOnlyList<QuestionOutcome> outcomes)
{
    /// <summary>Share of answerable questions whose answer cites a document that answers them.</summary>
    public double CitedRightRate => Rate(outcome => outcome.Question.Answerable, outcome => outcome.CitedRight);

    /// <summary>Share of unanswerable questions that were refused.</summary>
    public double RefusedRate => Rate(outcome => !outcome.Question.Answerable, outcome => outcome.Answer.IsRefusal);

    /// <summary>Writes the table, and what went wrong when asked for.</summary>
    public async Task WriteAsync(TextWriter output, bool verbose)
    {
        foreach (var outcome in outcomes.Where(outcome => verbose && !outcome.Right))
        {
            await output.WriteLineAsync($"  {outcome.Question.Id}: {outcome.Question.Question}");
            await output.WriteLineAsync($"      said {outcome.Answer.Text.ReplaceLineEndings(" ")}");
            await output.WriteLineAsync($"      cited {List(outcome.Answer.CitedDocuments)}, expected {List(outcome.Question.Sources)}");
        }

        await output.WriteLineAsync(Line("answerable, answered", o => o.Question.Answerable, o => !o.Answer.IsRefusal));
        await output.WriteLineAsync(Line("answerable, expected document cited", o => o.Question.Answerable, o => o.CitedRight));
        await output.WriteLineAsync(Line("unanswerable, refused", o => !o.Question.Answerable, o => o.Answer.IsRefusal));
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"latency                               p50 {LatencyMs(0.5):F0} ms, p95 {LatencyMs(0.95):F0} ms"));
    }

    private double Rate(Func<QuestionOutcome, bool> among, Func<QuestionOutcome, bool> which)
    {
        var all = outcomes.Where(among).ToList();
        return all.Count == 0 ? 0 : (double)all.Count(which) / all.Count;
    }

    private string Line(string name, Func<QuestionOutcome, bool> among, Func<QuestionOutcome, bool> which)
    {
        var all = outcomes.Where(among).ToList();
        return string.Create(CultureInfo.InvariantCulture,
            $"{name,-37} {all.Count(which)} of {all.Count} ({100 * Rate(among, which):F0}%)");
    }

    private double LatencyMs(double quantile)
    {
        var sorted = outcomes.Select(outcome => outcome.Answer.Latency.TotalMilliseconds).Order().ToList();
        return sorted.Count == 0 ? 0 : sorted[(int)Math.Ceiling((quantile * sorted.Count) - 1)];
    }

    private static string List(IReadOnlyList<string> ids) => ids.Count == 0 ? "nothing" : string.Join(", ", ids);
}
