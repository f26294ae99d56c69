using Millrace.TestShared;

namespace Millrace.Tidy.Tests;

/// <summary>A file of the repository.</summary>
/// <param name="Path">Path relative to the root, with forward slashes.</param>
/// <param name="Text">Its content.</param>
public sealed record SourceFile(string Path, string Text)
{
    /// <summary>The lines, without their ends.</summary>
    public string[] Lines => Text.Split('\n');
}

/// <summary>The files of the repository, without what builds and runs leave behind.</summary>
public static class SourceTree
{
    private static readonly string[] Ignored = ["/artifacts/", "/node_modules/", "/.millrace/", "/.git/", "/bin/", "/obj/"];

    /// <summary>All files with one of these endings.</summary>
    public static IReadOnlyList<SourceFile> Files(params IEnumerable<string> endings) =>
    [
        .. Directory.EnumerateFiles(RepoPaths.Root, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(RepoPaths.Root, path).Replace('\\', '/'))
            .Where(path => !Ignored.Any($"/{path}".Contains) && endings.Any(end => path.EndsWith(end, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal)
            .Select(path => new SourceFile(path, File.ReadAllText(Path.Combine(RepoPaths.Root, path)))),
    ];
}
