using System.ComponentModel;
using System.Diagnostics;
using Millrace.Bench.Harness;
using Millrace.TestShared;

namespace Millrace.Bench.Peers;

/// <summary>What a peer needs of Node's packages.</summary>
/// <param name="Peer">Name of its folder, whose <c>package.json</c> says the versions.</param>
/// <param name="Packages">The packages that must be there; the first one is the peer itself.</param>
internal sealed record NodeNeeds(string Peer, params IReadOnlyList<string> Packages)
{
    /// <summary>What npm is told besides.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];
}

/// <summary>Packages for Node, installed on first use and without running their scripts.</summary>
internal static class NodePackages
{
    private static readonly TimeSpan InstallTimeout = TimeSpan.FromMinutes(10);

    /// <summary>Installs what a peer needs, unless it is there.</summary>
    /// <param name="run">Where to install it.</param>
    /// <param name="needs">What it needs.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The folder that has <c>node_modules</c>, and why they cannot be used; null when they can.</returns>
    public static async Task<(string Folder, string? WhyNot)> FindAsync(BenchRun run, NodeNeeds needs, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(run.Folder, needs.Peer)).FullName;
        if (!run.Options.Peers) return (folder, "asked to leave other programs out");
        if (needs.Packages.All(package => File.Exists(Path.Combine(FolderOf(folder, package), "package.json")))) return (folder, null);
        run.Progress($"installing {needs.Packages[0]}");
        File.Copy(Path.Combine(SourceOf(needs.Peer), "package.json"), Path.Combine(folder, "package.json"), overwrite: true);
        return (folder, await InstallAsync(folder, needs.Arguments, cancellationToken));
    }

    /// <summary>Where a peer's own files are.</summary>
    public static string SourceOf(string peer) => Path.Combine(RepoPaths.Root, "tests", "Bench", "Peers", peer);

    /// <summary>Where a package is.</summary>
    /// <param name="folder">What <see cref="FindAsync"/> found.</param>
    /// <param name="package">Its name.</param>
    public static string FolderOf(string folder, string package) => Path.Combine([folder, "node_modules", .. package.Split('/')]);

    private static async Task<string?> InstallAsync(string folder, IReadOnlyList<string> more, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(InstallTimeout);
        try
        {
            string[] arguments = ["install", .. more, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
            using var npm = Process.Start(new ProcessStartInfo("npm", arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }) ?? throw new BenchException("npm did not start.");
            var output = npm.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = await npm.StandardError.ReadToEndAsync(limit.Token);
            await output;
            await npm.WaitForExitAsync(limit.Token);
            return npm.ExitCode == 0 ? null : $"npm could not install it: {errors.Split('\n')[0].Trim()}";
        }
        catch (Win32Exception)
        {
            return "npm is missing: install Node.js 20 or later";
        }
    }
}
