using System.Globalization;
using System.Text.RegularExpressions;

namespace Millrace.TestShared;

/// <summary>The codes of docs/status-codes.md with their HTTP statuses: for one of them a request may fail, and for no other.</summary>
public static partial class KnownCodes
{
    private static readonly Dictionary<string, int> Statuses = File
        .ReadLines(Path.Combine(RepoPaths.Root, "docs", "status-codes.md"))
        .Select(line => Row().Match(line))
        .Where(row => row.Success)
        .ToDictionary(row => row.Groups[1].Value, row => int.Parse(row.Groups[2].Value, CultureInfo.InvariantCulture));

    /// <summary>Whether the documents know a code, and with this status.</summary>
    /// <param name="code">The code.</param>
    /// <param name="status">The HTTP status; null in the middle of a stream, which has none.</param>
    public static bool Has(string code, int? status) =>
        Statuses.TryGetValue(code, out var documented) && (status ?? documented) == documented;

    [GeneratedRegex(@"^\| `([a-z_]+)` \| [A-Z_]+ \| ([0-9]{3}) \|")]
    private static partial Regex Row();
}
