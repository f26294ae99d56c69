using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Millrace.Bench.Harness;
using Millrace.TestShared;

namespace Millrace.Bench.Peers;

/// <summary>
/// node-llama-cpp, with the prebuilt binary of its own package. It is installed on first use, without scripts: nothing is built and nothing
/// but packages is fetched.
/// </summary>
/// <param name="Folder">Where it is installed.</param>
/// <param name="Gpu">Whether it computes on a GPU.</param>
/// <param name="WhyNot">Why it cannot be measured; null when it can.</param>
internal sealed record NodeLlama(string Folder, bool Gpu, string? WhyNot)
{
    private const string Version = "3.19.1";
    private static readonly TimeSpan InstallTimeout = TimeSpan.FromMinutes(10);

    /// <summary>The program that runs it.</summary>
    public static string Program { get; } = Path.Combine(Source, "peer.mjs");

    private static string Source => Path.Combine(RepoPaths.Root, "tests", "Bench", "Peers", "node-llama-cpp");

    /// <summary>Finds it, or installs it.</summary>
    public static async Task<NodeLlama> FindAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var found = new NodeLlama(Path.Combine(run.Folder, "node-llama-cpp"), run.Options.Gpu, null);
        if (!run.Options.Peers) return found with { WhyNot = "asked to leave other programs out" };
        if (found.IsInstalled) return found;
        run.Progress($"installing node-llama-cpp {Version}");
        return found with { WhyNot = await found.InstallAsync(cancellationToken) };
    }

    private string Binary => $"@node-llama-cpp/{PlatformName()}{(Gpu ? "-cuda" : "")}";

    private bool IsInstalled => File.Exists(Path.Combine(Folder, "node_modules", "node-llama-cpp", "package.json"))
        && File.Exists(Path.Combine([Folder, "node_modules", .. Binary.Split('/'), "package.json"]));

    private async Task<string?> InstallAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Folder);
        File.Copy(Path.Combine(Source, "package.json"), Path.Combine(Folder, "package.json"), overwrite: true);
        try
        {
            return await NpmAsync(cancellationToken);
        }
        catch (Win32Exception)
        {
            return "npm is missing: install Node.js 20 or later";
        }
    }

    private async Task<string?> NpmAsync(CancellationToken cancellationToken)
    {
        // Its optional packages are the binaries of all platforms; one of them is wanted.
        string[] arguments =
            ["install", $"{Binary}@{Version}", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(InstallTimeout);
        using var npm = Process.Start(new ProcessStartInfo("npm", arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        }) ?? throw new BenchException("npm did not start.");
        var output = npm.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = await npm.StandardError.ReadToEndAsync(limit.Token);
        await output;
        await npm.WaitForExitAsync(limit.Token);
        return npm.ExitCode == 0 ? null : $"npm could not install it: {FirstLine(errors)}";
    }

    private static string FirstLine(string text) => text.Split('\n')[0].Trim();

    private static string PlatformName()
    {
        var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "mac" : "linux";
        return $"{system}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
    }
}
