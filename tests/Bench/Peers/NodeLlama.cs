using System.Runtime.InteropServices;
using Millrace.Bench.Harness;

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
    private const string Peer = "node-llama-cpp";
    private const string Version = "3.19.1";

    /// <summary>The program that runs it.</summary>
    public static string Program { get; } = Path.Combine(NodePackages.SourceOf(Peer), "peer.mjs");

    /// <summary>Finds it, or installs it.</summary>
    public static async Task<NodeLlama> FindAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var gpu = run.Options.Gpu;
        var binary = $"@node-llama-cpp/{PlatformName()}{(gpu ? "-cuda" : "")}";

        // Its optional packages are the binaries of all platforms; one of them is wanted.
        var needs = new NodeNeeds(Peer, "node-llama-cpp", binary) { Arguments = [$"{binary}@{Version}", "--omit=optional"] };
        var (folder, whyNot) = await NodePackages.FindAsync(run, needs, cancellationToken);
        return new NodeLlama(folder, gpu, whyNot);
    }

    private static string PlatformName()
    {
        var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "mac" : "linux";
        return $"{system}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
    }
}
