using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Millrace.Bench.Harness;
using Millrace.Grounding;
using Millrace.TestShared;

namespace Millrace.Bench.Guardrails;

/// <summary>How well unsupported sentences are told from supported ones, and how long the largest answer takes.</summary>
internal static class GroundingTable
{
    private const int LargestAnswerChars = 50_000;
    private const int LargestContextChars = 4_000;
    private const int LargestContexts = 256;

    /// <summary>Measures.</summary>
    public static void Measure(BenchRun run)
    {
        var judged = Sentences().ToList();
        foreach (var kind in judged.GroupBy(sentence => sentence.Kind))
        {
            var share = Share(kind.Count(one => one.IsRight), kind.Count());
            run.Add(BenchRow.Of($"grounding, {kind.Key}, judged rightly", share, "", note: $"of {kind.Count()}"));
        }

        var below = judged.Where(sentence => sentence.IsSupported != sentence.IsRight).ToList();
        var right = below.Count(one => one.IsRight);
        run.Add(BenchRow.Of("grounding, unsupported sentences, precision", Share(right, below.Count), ""));
        run.Add(BenchRow.Of("grounding, unsupported sentences, recall", Share(right, judged.Count(one => !one.IsSupported)), ""));
        run.Add(BenchRow.Of("grounding, largest answer and contexts", new Samples(LargestTime().TotalMilliseconds), "ms"));
    }

    private static Samples Share(int part, int all) => new((double)part / all);

    private static TimeSpan LargestTime()
    {
        string[] contexts = [.. Enumerable.Range(0, LargestContexts).Select(seed => Prose(LargestContextChars, seed))];
        var answer = Prose(LargestAnswerChars, seed: 7);
        var fastest = TimeSpan.MaxValue;
        for (var round = 0; round < 3; round++)
        {
            var start = Stopwatch.GetTimestamp();
            new AnswerGrounding(contexts).Judge(answer);
            fastest = TimeSpan.FromTicks(Math.Min(fastest.Ticks, Stopwatch.GetElapsedTime(start).Ticks));
        }

        return fastest;
    }

    private static string Prose(int length, int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder();
        while (text.Length < length)
            text.Append($"The {Word(random)} of {Word(random)} takes {random.Next(90)} days, and {Word(random)} waits. ");
        return text.ToString(0, length);
    }

    private static string Word(Random random)
    {
        const string Syllables = "kaloremitunaposivedugibafizo";
        return string.Concat(Enumerable.Range(0, 3).Select(_ => Syllables.Substring(2 * random.Next(14), 2)));
    }

    private static IEnumerable<Judged> Sentences()
    {
        foreach (var name in (string[])["grounding.tuning.json", "grounding.held.json"])
        {
            using var file = File.OpenRead(Path.Combine(RepoPaths.Root, "tests", "Grounding.Tests", name));
            using var json = JsonDocument.Parse(file);
            foreach (var topic in json.RootElement.EnumerateArray())
            {
                var question = topic.GetProperty("question").GetString()!;
                string[] contexts = [.. topic.GetProperty("contexts").EnumerateArray().Select(text => text.GetString()!)];
                var grounding = new AnswerGrounding(contexts, question);
                foreach (var sentence in topic.GetProperty("sentences").EnumerateArray()) yield return Judge(sentence, grounding);
            }
        }
    }

    private static Judged Judge(JsonElement sentence, AnswerGrounding grounding)
    {
        var isSupported = sentence[2].GetInt32() == 1;
        var score = AnswerGrounding.Overall(grounding.Judge(sentence[1].GetString()!));
        return new Judged(sentence[0].GetString()!, isSupported, score >= AnswerGrounding.SupportedMin == isSupported);
    }

    // Whether the sentence is supported, and whether the score says so.
    private sealed record Judged(string Kind, bool IsSupported, bool IsRight);
}
