using System.Text.RegularExpressions;

namespace Millrace.Tidy.Tests.Checks;

/// <summary>Every service, method, message, field, enum and value of a contract carries a sentence; zero means unspecified.</summary>
public static partial class ProtoComments
{
    public static IEnumerable<string> Undocumented(SourceFile file)
    {
        var lines = file.Lines;
        for (var i = 0; i < lines.Length; i++)
        {
            if (!DeclarationPattern().IsMatch(lines[i])) continue;
            if (i == 0 || !lines[i - 1].TrimStart().StartsWith("//", StringComparison.Ordinal))
                yield return $"{file.Path}:{i + 1}: no comment above: {lines[i].Trim()}";
        }
    }

    public static IEnumerable<string> ZeroValuesWithMeaning(SourceFile file) => file.Lines
        .Select((line, i) => (Found: ZeroPattern().Match(line), Number: i + 1))
        .Where(line => line.Found.Success && !line.Found.Groups[1].Value.EndsWith("_UNSPECIFIED", StringComparison.Ordinal))
        .Select(line => $"{file.Path}:{line.Number}: the zero value is {line.Found.Groups[1].Value}");

    private const string Declaration = @"(service|message|enum|oneof|rpc)\s+\w+";
    private const string Field = @"(repeated\s+|optional\s+)?[\w.<>, ]+\s+\w+\s*=\s*\d+\s*(\[.*\])?;";
    private const string EnumValue = @"[A-Z0-9_]+\s*=\s*\d+;";

    [GeneratedRegex(@"^\s*(" + Declaration + "|" + Field + "|" + EnumValue + ")")]
    private static partial Regex DeclarationPattern();

    [GeneratedRegex(@"^\s*([A-Z][A-Z0-9_]*)\s*=\s*0;")]
    private static partial Regex ZeroPattern();
}
