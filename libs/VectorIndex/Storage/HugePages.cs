using System.Runtime.InteropServices;

namespace Millrace.VectorIndex.Storage;

/// <summary>
/// Asks Linux for pages of 2 MiB. A walk touches vectors all over the memory; with small pages each of them is also a miss in the table of
/// pages. Elsewhere, and where the system declines, nothing changes.
/// </summary>
internal static unsafe partial class HugePages
{
    /// <summary>Bytes of a huge page; what large memory is aligned to.</summary>
    public const int Size = 2 << 20;

    private const int Advice = 14;

    /// <summary>Asks for them. Only advice: an answer other than success is of no consequence.</summary>
    public static void Ask(byte* memory, nuint bytes)
    {
        if (!OperatingSystem.IsLinux() || bytes < Size) return;
        try
        {
            _ = MemoryAdvise(memory, bytes, Advice);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            // A system without this library has small pages.
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MemoryAdvise(void* memory, nuint bytes, int advice);
}
