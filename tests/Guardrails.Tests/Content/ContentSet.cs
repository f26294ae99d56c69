using System.Text.Json;
using Millrace.Guardrails.Content;
using Millrace.TestShared;

namespace Millrace.Guardrails.Tests.Content;

/// <summary>Texts by which content is measured: written for this project, not trained on, and public ones that harm nobody.</summary>
internal static class ContentSet
{
    private const string Harmless = "none";

    public static string? Questions => RepoPaths.SharedData is { } data ? Path.Combine(data, "routing", "mmlu") : null;

    public static string? Pairs => RepoPaths.SharedData is { } data ? Path.Combine(data, "cache", "gptcache_pairs.json") : null;

    /// <summary>The labelled texts: the rule that must find each, or none.</summary>
    public static IEnumerable<(string? Rule, string Text)> Labelled()
    {
        var file = Path.Combine(RepoPaths.Root, "tests", "Guardrails.Tests", "Content", "content.measured.txt");
        string? rule = null;
        foreach (var line in File.ReadLines(file).Where(line => line.Length > 0 && line[0] != '#'))
            if (line[0] == '[') rule = line.Trim('[', ']') is var label && label == Harmless ? null : ContentCategories.Family + label;
            else yield return (rule, line);
    }

    /// <summary>Questions of examinations, of all subjects: medicine, law, history, sexuality, security and morals among them.</summary>
    public static IEnumerable<string> PublicQuestions() => Directory.EnumerateFiles(Questions!, "*.csv")
        .Order(StringComparer.Ordinal)
        .SelectMany(file => Prompts(File.ReadAllText(file)));

    /// <summary>Sentences of daily talk and of manuals.</summary>
    public static IEnumerable<string> PublicSentences()
    {
        using var stream = File.OpenRead(Pairs!);
        using var document = JsonDocument.Parse(stream);
        return [.. document.RootElement.EnumerateArray().SelectMany(
            pair => new[] { pair.GetProperty("origin").GetString()!, pair.GetProperty("similar").GetString()! })];
    }

    /// <summary>The highest score of any category, and the category's rule.</summary>
    public static (string Rule, float Score) Worst(string text)
    {
        var scores = new float[ContentCategories.All.Count];
        ContentScorer.Shared.ScoreText(text, scores);
        var worst = Array.IndexOf(scores, scores.Max());
        return (ContentCategories.All[worst].Rule, scores[worst]);
    }

    // The first column of each record, in quotes where it has commas or lines.
    private static IEnumerable<string> Prompts(string csv)
    {
        var isHeader = true;
        for (var at = 0; at < csv.Length;)
        {
            var isQuoted = csv[at] == '"';
            var end = isQuoted ? EndOfQuoted(csv, at + 1) : csv.IndexOf(',', at);
            if (end < 0) yield break;
            if (!isHeader) yield return csv[(isQuoted ? at + 1 : at)..end].Replace("\"\"", "\"", StringComparison.Ordinal);
            isHeader = false;
            var line = csv.IndexOf('\n', end);
            at = line < 0 ? csv.Length : line + 1;
        }
    }

    private static int EndOfQuoted(string csv, int at)
    {
        for (; at < csv.Length; at++)
        {
            if (csv[at] != '"') continue;
            if (at + 1 == csv.Length || csv[at + 1] != '"') return at;
            at++;
        }

        return -1;
    }
}
