using System.ComponentModel;
using System.Diagnostics;
using Millrace.Bench.Harness;
using Millrace.TestShared;

namespace Millrace.Bench.VectorIndex;

/// <summary>Programs that peers need. What is missing is installed once, where the system's packages can be.</summary>
internal static class PeerPrograms
{
    private static readonly Lazy<string?> Installed = new(Install);

    /// <summary>A file beside this one.</summary>
    public static string File(string name) => Path.Combine(RepoPaths.Root, "tests", "Bench", "VectorIndex", "peers", name);

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="BenchException">It cannot be run, or failed; the message has what it wrote.</exception>
    public static void Run(string program, IEnumerable<string> arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0) throw new BenchException($"{program} failed: {errors.Trim().Split('\n')[^1]}");
        }
        catch (Win32Exception error)
        {
            throw new BenchException($"{program} cannot be run: {error.Message}", error);
        }
    }

    /// <summary>Builds a peer; what it needs and cannot have is the reason why there is none.</summary>
    public static (IPeer? Peer, string? Why) TryBuild(Func<IPeer> build)
    {
        if (Installed.Value is { } why) return (null, why);
        try
        {
            return (build(), null);
        }
        catch (BenchException error)
        {
            return (null, error.Message);
        }
    }

    private static string? Install()
    {
        if (Directory.Exists("/usr/include/hnswlib") && Directory.Exists("/usr/lib/python3/dist-packages/faiss")) return null;
        try
        {
            Run("sh", [File("setup.sh")]);
            return null;
        }
        catch (BenchException error)
        {
            return $"peers are not installed, and could not be: {error.Message}";
        }
    }
}
