using System.ComponentModel;
using System.Diagnostics;
using Millrace.Bench.Harness;

namespace Millrace.Bench.Processes;

/// <summary>Which processor cores a process may use.</summary>
internal static class Cores
{
    /// <summary>The cores of what is measured: the first.</summary>
    public const string Measured = "0";

    /// <summary>The cores of whoever asks and answers around it: all others.</summary>
    public static string Around { get; } = Environment.ProcessorCount > 2 ? $"1-{Environment.ProcessorCount - 1}" : "1";

    /// <summary>Moves this process, with all of its threads, to other cores.</summary>
    /// <exception cref="BenchException">There is but one core, or <c>taskset</c> is missing.</exception>
    public static async Task MoveHereAsync(string cores, CancellationToken cancellationToken)
    {
        if (Environment.ProcessorCount < 2)
            throw new BenchException("This needs two cores: one for what is measured, one for whoever asks.");
        try
        {
            var start = new ProcessStartInfo("taskset", ["-acp", cores, $"{Environment.ProcessId}"]) { RedirectStandardOutput = true };
            using var taskset = Process.Start(start) ?? throw new BenchException("taskset did not start.");
            await taskset.WaitForExitAsync(cancellationToken);
            if (taskset.ExitCode != 0) throw new BenchException($"taskset could not move this process to core {cores}.");
        }
        catch (Win32Exception)
        {
            throw new BenchException("taskset is missing: install util-linux.");
        }
    }
}
