namespace Millrace.GuardTraining;

/// <summary>Where things are in the repository.</summary>
internal static class Folders
{
    /// <summary>The repository: the nearest folder above the program that has the solution.</summary>
    public static DirectoryInfo Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Aspire.sln"))) return folder;
        throw new DirectoryNotFoundException("Aspire.sln is in no folder above this program. Run it from inside the repository.");
    }

    /// <summary>The data of one training.</summary>
    public static DirectoryInfo Data(DirectoryInfo root, string name) =>
        new(Path.Combine(root.FullName, "models", "guards", "data", name));

    /// <summary>The folder of the models, which become part of the service.</summary>
    public static DirectoryInfo Models(DirectoryInfo root) =>
        new(Path.Combine(root.FullName, "services", "Guardrails", "Models"));
}
