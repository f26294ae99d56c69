using System.ComponentModel;
using System.Diagnostics;
using Millrace.Bench.Harness;
using Millrace.TestShared;

namespace Millrace.Bench.Peers;

/// <summary>Packages for Node, installed on first use and without running their scripts.</summary>
internal static class NodePackages
{
    private static readonly TimeSpan InstallTimeout = TimeSpan.FromMinutes(10);

    /// <summary>Installs what the <c>package.json</c> of a peer's folder names, unless it is there.</summary>
    /// <param name="run">Where to install it.</param>
    /// <param name="peer">The folder's name.</param>
    /// <param name="package">The package that is looked for.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The package's folder, or why there is none.</returns>
    public static async Task<(string Folder, string? WhyNot)> FindAsync(
        BenchRun run, string peer, string package, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(run.Folder, peer)).FullName;
        var installed = Path.Combine([folder, "node_modules", .. package.Split('/')]);
        if (!run.Options.Peers) return (installed, "asked to leave other programs out");
        if (File.Exists(Path.Combine(installed, "package.json"))) return (installed, null);
        run.Progress($"installing {package}");
        File.Copy(
            Path.Combine(RepoPaths.Root, "tests", "Bench", "Peers", peer, "package.json"),
            Path.Combine(folder, "package.json"),
            overwrite: true);
        return (installed, await InstallAsync(folder, cancellationToken));
    }

    private static async Task<string?> InstallAsync(string folder, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(InstallTimeout);
        try
        {
            string[] arguments = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
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
