namespace Millrace.Gateway.QueryWriting;

/// <summary>Reads what a model wrote as queries. Small models number, quote and label their lines, whatever they are told.</summary>
internal static class WrittenText
{
    /// <summary>Longest query that is taken; a longer one is no question but an answer.</summary>
    public const int QueryCharsMax = 1024;

    /// <summary>Longest passage that Retrieval takes.</summary>
    public const int PassageCharsMax = 8192;

    private static readonly string[] Labels = ["question:", "query:", "rewritten question:", "standalone question:", "passage:"];

    /// <summary>The first line that is a query; null when there is none.</summary>
    public static string? Query(string text) => Lines(text).FirstOrDefault();

    /// <summary>The different lines that are queries, without those that repeat the question.</summary>
    public static IReadOnlyList<string> Queries(string text, string question, int countMax) =>
        [.. Lines(text).Where(line => !Same(line, question)).DistinctBy(line => line.ToLowerInvariant()).Take(countMax)];

    /// <summary>A passage on one line; null when there is none.</summary>
    public static string? Passage(string text)
    {
        var passage = Clean(string.Join(' ', text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)));
        return passage.Length is > 0 and <= PassageCharsMax ? passage : null;
    }

    private static bool Same(string left, string right) =>
        left.Trim(' ', '?', '.').Equals(right.Trim(' ', '?', '.'), StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> Lines(string text) => text.Split('\n')
        .Select(Clean)
        .Where(line => line.Length is > 0 and <= QueryCharsMax && line.Any(char.IsLetterOrDigit));

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
