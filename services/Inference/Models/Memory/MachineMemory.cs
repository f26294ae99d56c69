using System.Globalization;

namespace Millrace.Inference.Models.Memory;

/// <summary>How much memory the machine, or the container, has left.</summary>
internal static class MachineMemory
{
    private const string Available = "MemAvailable:";

    /// <summary>Bytes that this process could still use.</summary>
    public static long AvailableBytes()
    {
        var info = GC.GetGCMemoryInfo();

        // The runtime knows the limits of a container; the kernel knows what others have left of the machine.
        var limit = Math.Max(0, info.TotalAvailableMemoryBytes - Environment.WorkingSet);
        return Math.Min(limit, FromKernel("/proc/meminfo") ?? Math.Max(0, info.TotalAvailableMemoryBytes - info.MemoryLoadBytes));
    }

    /// <summary>What Linux says; null elsewhere.</summary>
    internal static long? FromKernel(string path)
    {
        if (!File.Exists(path)) return null;
        var line = File.ReadLines(path).FirstOrDefault(line => line.StartsWith(Available, StringComparison.Ordinal));
        var words = line?[Available.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words?.Length > 0 && long.TryParse(words[0], CultureInfo.InvariantCulture, out var kibibytes) ? kibibytes * 1024 : null;
    }
}
