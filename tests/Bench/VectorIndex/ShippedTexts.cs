using System.Text.Json;
using System.Text.RegularExpressions;
using Millrace.TestShared;

namespace Millrace.Bench.VectorIndex;

/// <summary>Passages of everything that lies beside and in the repository: the sample pages and the public data.</summary>
internal static partial class ShippedTexts
{
    private const int CharsMin = 24;
    private const int CharsMax = 500;

    /// <summary>All passages, each once, always in the same order; none where the public data is missing.</summary>
    public static IReadOnlyList<string> Passages() => RepoPaths.SharedData is not { } shared
        ? []
        : [.. Files(Path.Combine(RepoPaths.Root, "samples")).Concat(Files(shared)).SelectMany(Texts).SelectMany(Cut).Distinct()];

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Texts(string path) => Path.GetExtension(path) switch
    {
        ".md" => [File.ReadAllText(path)],
        ".json" => Strings(JsonDocument.Parse(File.ReadAllText(path)).RootElement),
        ".jsonl" => File.ReadLines(path).Where(line => line.Length > 0).SelectMany(line => Strings(JsonDocument.Parse(line).RootElement)),
        ".csv" => QuotedCell().Matches(File.ReadAllText(path)).Select(cell => cell.Groups[1].Value),
        _ => [],
    };

    private static IEnumerable<string> Strings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => [element.GetString()!],
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Strings),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Strings(property.Value)),
        _ => [],
    };

    private static IEnumerable<string> Cut(string text) => text
        .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Where(line => line.Length >= CharsMin)
        .Select(line => line.Length > CharsMax ? line[..CharsMax] : line);

    [GeneratedRegex("\"((?:[^\"]|\"\"){24,})\"")]
    private static partial Regex QuotedCell();
}
