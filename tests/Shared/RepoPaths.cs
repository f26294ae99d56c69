namespace Millrace.TestShared;

/// <summary>Folders of the repository, found from where the tests run.</summary>
public static class RepoPaths
{
    /// <summary>The repository's root: the folder with <c>global.json</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The built-in models.</summary>
    public static string Models => Path.Combine(Root, "models");

    /// <summary>Public test data beside the repository, or null where there is none.</summary>
    public static string? SharedData
    {
        get
        {
            var folder = Path.GetFullPath(Path.Combine(Root, "..", "shared", "data"));
            return Directory.Exists(folder) ? folder : null;
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "global.json"))) return folder.FullName;
        throw new InvalidOperationException($"No folder above '{AppContext.BaseDirectory}' has a global.json.");
    }
}
