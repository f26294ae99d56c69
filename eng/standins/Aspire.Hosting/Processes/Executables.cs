namespace Aspire.Hosting.Processes;

/// <summary>Finds programs as a shell does.</summary>
internal static class Executables
{
    /// <summary>The absolute path of a program, or null. A name with a slash is a path; another is looked for on PATH.</summary>
    public static string? Find(string fileName)
    {
        if (fileName.Contains('/', StringComparison.Ordinal)) return File.Exists(fileName) ? Path.GetFullPath(fileName) : null;
        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
        return folders.Select(folder => Path.Combine(folder, fileName)).FirstOrDefault(File.Exists);
    }

    /// <summary>The <c>dotnet</c> that runs this process, else the one on PATH.</summary>
    public static string DotnetHost()
    {
        if (Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host && File.Exists(host)) return host;
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") return Environment.ProcessPath!;
        return Find("dotnet")
            ?? throw new DistributedApplicationException("'dotnet' was not found: put it on PATH or set DOTNET_HOST_PATH.");
    }
}
