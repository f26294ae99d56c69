using Millrace.Retrieval.Parsing;

namespace Millrace.Retrieval.Seeding;

/// <summary>A file that is to be a document.</summary>
/// <param name="DocumentId">Its path relative to the folder, with forward slashes.</param>
/// <param name="Path">Its full path.</param>
internal sealed record SeedFile(string DocumentId, string Path);

/// <summary>The folder with the documents that are there from the first start.</summary>
internal static class SeedFolder
{
    private static readonly HashSet<string> Extensions = MediaTypes.All.SelectMany(type => type.Extensions)
        .ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Its files, by id.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static IReadOnlyList<SeedFile> Files(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => Extensions.Contains(Path.GetExtension(path)))
            .Select(path => new SeedFile(Path.GetRelativePath(folder, path).Replace('\\', '/'), path))
            .OrderBy(file => file.DocumentId, StringComparer.Ordinal),
    ];
}
