using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Millrace.Bench.Harness;
using Millrace.Guardrails.Filtering;
using Millrace.Guardrails.Policies;

namespace Millrace.Bench.Guardrails;

/// <summary>
/// How fast texts are checked on one core: prose, and what is made to be slow, by the default policy's output rules, which every answer
/// passes, beside the five patterns that the guard began with as the runtime's own compiled expressions.
/// </summary>
internal static partial class SpeedTable
{
    private const int ProseBytes = 4 << 20;
    private const int HostileBytes = 1 << 20;
    private const int Rounds = 7;
    private const int DeltaChars = 5;
    private const int AnswerChars = 20_000;

    private static readonly string[] HostileUnits =
        ["a@a.", "1-", "4111 ", "password: ", "eyJhbGciOiJIUzI1NiJ9.", "GB82 ", "\u200B", "ignore all "];

    /// <summary>Measures.</summary>
    public static void Measure(BenchRun run, string prose)
    {
        var policy = new GuardPolicy("default", new PolicyOptions());
        var text = Repeat(prose, run.Options.Quick ? ProseBytes / 16 : ProseBytes);
        var (rules, patterns) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            rules.Add(BytesPerSecond(text, () => Whole(policy.Output, text)) / (1 << 20));
            patterns.Add(BytesPerSecond(text, () => FivePatterns().Count(text)) / (1 << 20));
        }

        run.Add(BenchRow.Of("rules on prose, one core", new Samples(rules), "MiB/s", Target.AtLeast(50)));
        run.Add(BenchRow.Of("five patterns, compiled, on prose, one core", new Samples(patterns), "MiB/s"));
        AddHostile(run, policy.Output);
        AddDeltas(run, policy.Output, prose);
    }

    private static void AddHostile(BenchRun run, RuleSet rules)
    {
        foreach (var unit in HostileUnits)
        {
            var (small, large) = (Repeat(unit, HostileBytes / 8), Repeat(unit, HostileBytes));
            Whole(rules, small);
            var ratios = Enumerable.Range(0, 3).Select(_ =>
                BytesPerSecond(small, () => Whole(rules, small)) / BytesPerSecond(large, () => Whole(rules, large)));
            run.Add(BenchRow.Of($"eight times the text, time per byte: {Shown(unit)}", new Samples(ratios), "x", Target.AtMost(2)));
        }
    }

    // What a stream waits for: the time of one piece, and how much of the text it holds back.
    private static void AddDeltas(BenchRun run, RuleSet rules, string prose)
    {
        var text = Repeat(prose, AnswerChars);
        var (times, held) = (new List<double>(), 0);
        for (var round = 0; round < Rounds; round++)
        {
            var filter = new StreamFilter(rules, findingsMax: 1000);
            for (var at = 0; at + DeltaChars <= text.Length; at += DeltaChars)
            {
                var start = Stopwatch.GetTimestamp();
                filter.Push(text.AsSpan(at, DeltaChars));
                times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
                held = Math.Max(held, filter.HeldChars);
            }
        }

        var samples = new Samples(times);
        run.Add(BenchRow.Of("one piece of a stream, p50", new Samples(samples.Median), "us"));
        run.Add(BenchRow.Of("one piece of a stream, p99", new Samples(samples.Percentile(0.99)), "us", Target.AtMost(5000)));
        run.Add(BenchRow.Of("held back of prose, at most", new Samples(held), "characters"));
    }

    private static void Whole(RuleSet rules, string text)
    {
        var filter = new StreamFilter(rules, findingsMax: 1000);
        filter.Push(text);
        filter.End();
    }

    private static double BytesPerSecond(string text, Action check)
    {
        var start = Stopwatch.GetTimestamp();
        check();
        return Encoding.UTF8.GetByteCount(text) / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static string Repeat(string unit, int bytes)
    {
        var text = new StringBuilder(bytes);
        while (text.Length < bytes) text.Append(unit);
        return text.ToString();
    }

    private static string Shown(string unit) => unit == "\u200B" ? "zero-width spaces" : unit.Trim();

    [GeneratedRegex(
        @"\b\d{3}-\d{2}-\d{4}\b|\b\d{16}\b|\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Z|a-z]{2,}\b|\b\d{3}[-.]?\d{3}[-.]?\d{4}\b"
        + @"|ignore\s+(previous|above|all)\s+(instructions|prompts)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex FivePatterns();
}
