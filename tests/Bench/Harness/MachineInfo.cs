using System.Globalization;
using System.Runtime.InteropServices;
using Millrace.LlamaCpp;

namespace Millrace.Bench.Harness;

/// <summary>What was measured on.</summary>
/// <param name="Cpu">Model of the processor.</param>
/// <param name="Cores">Cores that this process may use.</param>
/// <param name="MemoryGiB">Memory that this process may use.</param>
/// <param name="System">Operating system and architecture.</param>
/// <param name="DotNet">Runtime.</param>
/// <param name="Gpus">GPUs that llama.cpp sees.</param>
/// <param name="NativeLibrary">Folder of the native library.</param>
/// <param name="NativeRelease">Its release.</param>
internal sealed record MachineInfo(
    string Cpu,
    int Cores,
    double MemoryGiB,
    string System,
    string DotNet,
    IReadOnlyList<string> Gpus,
    string NativeLibrary,
    string NativeRelease)
{
    private const string CpuInfo = "/proc/cpuinfo";
    private const double GiB = 1 << 30;

    /// <summary>Asks the machine.</summary>
    public static MachineInfo Read(LlamaRuntime runtime) => new(
        CpuName() ?? runtime.Devices.FirstOrDefault(IsCpu)?.Description ?? "unknown",
        Environment.ProcessorCount,
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / GiB, 1),
        $"{RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}",
        RuntimeInformation.FrameworkDescription,
        [.. runtime.Devices.Where(device => !IsCpu(device)).Select(device => device.Description)],
        Path.GetFileName(runtime.Files.Directory.TrimEnd(Path.DirectorySeparatorChar)),
        runtime.Release);

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Cpu}, {Cores} cores, {MemoryGiB} GiB; {(Gpus.Count == 0 ? "no GPU" : string.Join(", ", Gpus))}; "
            + $"{System}; {DotNet}; llama.cpp {NativeRelease} ({NativeLibrary})");

    private static bool IsCpu(LlamaDevice device) => device.Name.StartsWith("CPU", StringComparison.Ordinal);

    private static string? CpuName()
    {
        if (!File.Exists(CpuInfo)) return null;
        var line = File.ReadLines(CpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
