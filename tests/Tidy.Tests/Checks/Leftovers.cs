using System.Text.RegularExpressions;

namespace Millrace.Tidy.Tests.Checks;

/// <summary>Notes to oneself, and what belongs to one machine only.</summary>
public static partial class Leftovers
{
    public static IEnumerable<string> OpenEnds(SourceFile file) => Matches(file, OpenEndPattern(), "an open end");

    public static IEnumerable<string> MachinePaths(SourceFile file) => Matches(file, MachinePathPattern(), "a path of one machine");

    public static IEnumerable<string> BlankEnds(SourceFile file)
    {
        if (file.Text.Length > 0 && !file.Text.EndsWith('\n')) yield return $"{file.Path}: no line end at the end";
        foreach (var (line, i) in file.Lines.Select((line, i) => (line, i)))
            if (line.Length > 0 && line[^1] is ' ' or '\t' or '\r') yield return $"{file.Path}:{i + 1}: white space at the end";
    }

    private static IEnumerable<string> Matches(SourceFile file, Regex pattern, string what) => file.Lines
        .Select((line, i) => (Found: pattern.Match(line), Number: i + 1))
        .Where(line => line.Found.Success)
        .Select(line => $"{file.Path}:{line.Number}: {what}: {line.Found.Value}");

    // Written in pieces, so that this file does not find itself.
    [GeneratedRegex(@"\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK|XX" + @"X)\b|NotImplemented" + @"Exception")]
    private static partial Regex OpenEndPattern();

    [GeneratedRegex(@"(?<![\w.])/(home|Users|root)/\w+|\b[A-Z]:\\\\?Users")]
    private static partial Regex MachinePathPattern();
}
