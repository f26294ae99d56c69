using System.Xml.Linq;

namespace Millrace.Tidy.Tests.Checks;

/// <summary>Which project may know which: services know ServiceDefaults, libs and contracts, never each other.</summary>
public static class ProjectGraph
{
    /// <summary>Folders that a project of the folder at the left may reference.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["services"] = ["ServiceDefaults", "libs", "protos"],
        ["ServiceDefaults"] = ["protos"],
        ["libs"] = ["libs"],

        // It speaks the pool's contract, so that the pool and the gateway serve the same thing.
        ["libs/Upstreams"] = ["protos", "ServiceDefaults"],
        ["protos"] = [],
        ["eng"] = ["eng", "libs"],
        ["AppHost"] = ["services"],
        ["models"] = ["services"],
        ["tests"] = ["tests", "models", "services", "libs", "protos", "ServiceDefaults", "AppHost", "eng"],
    };

    public static IEnumerable<string> ForbiddenReferences(SourceFile project)
    {
        var folder = Path.GetDirectoryName(project.Path) ?? "";
        foreach (var reference in References(project))
        {
            var target = Path.GetRelativePath("/", Path.GetFullPath(Path.Combine("/", folder, reference))).Replace('\\', '/');
            if (!Folders(project.Path, folder).Contains(Top(target))) yield return $"{project.Path}: references {target}";
        }
    }

    public static IEnumerable<string> MissingFromSolution(SourceFile project, string solution)
    {
        if (project.Path.StartsWith("eng/probe/", StringComparison.Ordinal)) yield break;
        if (!solution.Replace('\\', '/').Contains($"\"{project.Path}\"", StringComparison.Ordinal))
            yield return $"{project.Path}: not in Aspire.sln";
    }

    private static IEnumerable<string> References(SourceFile project) => XDocument.Parse(project.Text)
        .Descendants("ProjectReference")
        .Select(reference => (string?)reference.Attribute("Include") ?? "")
        .Where(include => include.Length > 0 && !include.Contains("$(", StringComparison.Ordinal));

    private static IEnumerable<string> Folders(string path, string folder) =>
        Allowed[Top(path)].Concat(Allowed.GetValueOrDefault(folder) ?? []);

    private static string Top(string path) => path.Split('/')[0];
}
