namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Where this repository's builds are: <c>REPOSITORY/artifacts/bin/PROJECT/CONFIGURATION</c>, read from the place of the running program.
/// </summary>
internal sealed record BuildOutput(string RepositoryFolder, string BinFolder, string Configuration)
{
    public static BuildOutput Current { get; } = From(AppContext.BaseDirectory);

    public static BuildOutput From(string baseDirectory)
    {
        var configuration = new DirectoryInfo(Path.TrimEndingDirectorySeparator(baseDirectory));
        var bin = configuration.Parent?.Parent ?? configuration;
        var repository = bin.Parent?.Parent ?? bin;
        return new BuildOutput(repository.FullName, bin.FullName, configuration.Name);
    }

    /// <summary>The built program of a project, in the configuration that this program was built in.</summary>
    /// <exception cref="DistributedApplicationException">The project is not built; the message says how to build it.</exception>
    public string FindProgram(string projectPath)
    {
        var name = Path.GetFileNameWithoutExtension(projectPath);
        var folder = Path.Combine(BinFolder, name, Configuration);
        var candidates = Directory.Exists(folder) ? Directory.GetFiles(folder, $"*{RuntimeConfig}") : [];
        var program = candidates.Where(path => IsOf(path, name)).DefaultIfEmpty(candidates.Length == 1 ? candidates[0] : null).First();
        return program is null
            ? throw new DistributedApplicationException(NotBuilt(projectPath))
            : $"{program[..^RuntimeConfig.Length]}.dll";
    }

    private const string RuntimeConfig = ".runtimeconfig.json";

    private static bool IsOf(string path, string project)
    {
        var assembly = Path.GetFileName(path)[..^RuntimeConfig.Length];
        return assembly == project || assembly.EndsWith($".{project}", StringComparison.Ordinal);
    }

    private string NotBuilt(string projectPath)
    {
        var path = Path.GetRelativePath(RepositoryFolder, projectPath);
        var configuration = $"{char.ToUpperInvariant(Configuration[0])}{Configuration[1..]}";
        return File.Exists(projectPath)
            ? $"'{path}' is not built in configuration '{Configuration}': run `dotnet build {path} -c {configuration}`."
            : $"The project file '{path}' does not exist.";
    }
}
