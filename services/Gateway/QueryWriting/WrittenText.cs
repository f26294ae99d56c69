using Millrace.Gateway.Prompts;

namespace Millrace.Gateway.QueryWriting;

/// <summary>What a model wrote when it was asked for queries.</summary>
/// <param name="Text">Its words.</param>
/// <param name="IsWhole">Whether it came to its end by itself.</param>
internal sealed record Writing(string Text, bool IsWhole);

/// <summary>
/// Reads what a model wrote as queries. Small models number, quote and label their lines, whatever they are told; they repeat themselves,
/// or what they were told, or refuse. What is no query is left out, so that it cannot spoil the search.
/// </summary>
/// <param name="prompt">What the model was told, without the question.</param>
/// <param name="refusal">What it says when it does not know.</param>
internal sealed class WrittenText(string prompt, string refusal)
{
    /// <summary>Longest query that is taken; a longer one is no question but an answer.</summary>
    public const int QueryCharsMax = 1024;

    /// <summary>Longest passage that Retrieval takes.</summary>
    public const int PassageCharsMax = 8192;

    // From so many words on, a text in which each occurs three times or more is a loop.
    private const int LoopWordsMin = 6;
    private const int LoopCharsMin = 16;

    // A shorter text may well stand in the prompt by chance.
    private const int EchoCharsMin = 16;

    private static readonly string[] Labels = ["question:", "query:", "rewritten question:", "standalone question:", "passage:"];

    private readonly string _prompt = OneLine(prompt);

    /// <summary>The first line that is a query; null when there is none.</summary>
    public string? Query(Writing writing) => Lines(writing).FirstOrDefault();

    /// <summary>The different lines that are queries, without those that repeat the question.</summary>
    public IReadOnlyList<string> Queries(Writing writing, string question, int countMax) =>
    [
        .. Lines(writing).Where(line => !SmallTalk.SameWords(line, question)).DistinctBy(line => line.ToLowerInvariant()).Take(countMax),
    ];

    /// <summary>A passage on one line, which may break off; null when there is none.</summary>
    public string? Passage(Writing writing)
    {
        var passage = Clean(OneLine(writing.Text));
        return passage.Length <= PassageCharsMax && IsMeant(passage) ? passage : null;
    }

    // Of a text that was cut off, the last line is half a question at best.
    private IEnumerable<string> Lines(Writing writing)
    {
        var lines = writing.Text.Split('\n');
        return lines.Take(writing.IsWhole ? lines.Length : lines.Length - 1)
            .Select(Clean)
            .Where(line => line.Length <= QueryCharsMax && IsMeant(line));
    }

    private bool IsMeant(string text) => text.Any(char.IsLetterOrDigit)
        && !text.Any(c => char.IsControl(c) || c == '\uFFFD')
        && !text.Contains("<|", StringComparison.Ordinal)
        && !IsLoop(text)
        && !IsEcho(text)
        && !SmallTalk.SameWords(text, refusal);

    private bool IsEcho(string text) => text.Length >= EchoCharsMin && _prompt.Contains(text, StringComparison.OrdinalIgnoreCase);

    private static bool IsLoop(string text)
    {
        var words = Words(text.ToLowerInvariant());
        return (words.Length >= LoopWordsMin && words.Distinct(StringComparer.Ordinal).Count() * 3 <= words.Length)
            || (text.Length >= LoopCharsMin && text.Distinct().Count() <= 3);
    }

    private static string OneLine(string text) => string.Join(' ', Words(text));

    private static string[] Words(string text) => text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries);

    private static string Clean(string line)
    {
        var text = line.Trim();
        if (text.Length > 1 && text[0] is '-' or '*' or '•') text = text[1..].TrimStart();
        text = WithoutNumber(text);
        foreach (var label in Labels)
            if (text.StartsWith(label, StringComparison.OrdinalIgnoreCase)) text = text[label.Length..].TrimStart();
        return text.Length > 1 && text[0] is '"' or '“' or '\'' ? text.Trim('"', '“', '”', '\'').Trim() : text;
    }

    // "1. ", "2) "
    private static string WithoutNumber(string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        var isNumber = digits is 1 or 2 && text.Length > digits + 1 && text[digits] is '.' or ')' && text[digits + 1] == ' ';
        return isNumber ? text[(digits + 2)..].TrimStart() : text;
    }
}
