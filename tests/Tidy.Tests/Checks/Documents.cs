using System.Text.RegularExpressions;

namespace Millrace.Tidy.Tests.Checks;

/// <summary>Links of documents lead somewhere, and every page of docs/ is linked from somewhere.</summary>
public static partial class Documents
{
    public static IEnumerable<string> BrokenLinks(SourceFile page, Func<string, bool> exists) => Targets(page)
        .Where(target => !exists(target))
        .Select(target => $"{page.Path}: links to {target}, which does not exist");

    public static IEnumerable<string> UnlinkedPages(IReadOnlyList<SourceFile> pages)
    {
        var linked = pages.SelectMany(Targets).ToHashSet(StringComparer.Ordinal);
        return pages
            .Where(page => page.Path.StartsWith("docs/", StringComparison.Ordinal) && !linked.Contains(page.Path))
            .Select(page => $"{page.Path}: no page links to it");
    }

    private static IEnumerable<string> Targets(SourceFile page) => LinkPattern().Matches(page.Text)
        .Select(match => match.Groups[1].Value.Split('#')[0])
        .Where(target => target.Length > 0 && !target.Contains("://", StringComparison.Ordinal))
        .Select(target => Resolve(page.Path, target));

    private static string Resolve(string page, string target) => Path.GetRelativePath(
        "/", Path.GetFullPath(Path.Combine("/", Path.GetDirectoryName(page) ?? "", target))).Replace('\\', '/');

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex LinkPattern();
}
