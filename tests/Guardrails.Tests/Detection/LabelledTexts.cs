using Millrace.TestShared;

namespace Millrace.Guardrails.Tests.Detection;

/// <summary>A text, and what a rule finds in it, several between <c>|</c>.</summary>
internal sealed record LabelledText(string Rule, string Text, string Expected);

/// <summary>The files under <c>Data</c>, a text in each line.</summary>
internal static class LabelledTexts
{
    private const string Comment = "# ";

    /// <summary>Texts with something to find.</summary>
    public static IReadOnlyList<LabelledText> Found { get; } =
    [
        .. Lines("found.tsv")
            .Select(line => line.Replace("{}", "", StringComparison.Ordinal).Split('\t'))
            .Select(cells => new LabelledText(cells[0], cells[1], cells[2])),
    ];

    /// <summary>Texts that look as if there were something.</summary>
    public static IReadOnlyList<string> Lookalikes { get; } = [.. Lines("lookalikes.txt")];

    private static IEnumerable<string> Lines(string file) =>
        File.ReadLines(Path.Combine(RepoPaths.Root, "tests", "Guardrails.Tests", "Detection", "Data", file))
            .Where(line => line.Length > 0 && !line.StartsWith(Comment, StringComparison.Ordinal));
}
