using System.Runtime.InteropServices;

namespace Aspire.Hosting.Processes;

internal static partial class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>Sends a signal to a process, or to a process group by its negative id; one that is gone is no error.</summary>
    public static void Send(int processId, int signal) => _ = NativeKill(processId, signal);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int NativeKill(int processId, int signal);
}
