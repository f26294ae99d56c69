using System.Runtime.InteropServices;

namespace Millrace.LlamaCpp.Interop;

/// <summary>One native integer that the library polls while it computes. Setting it is safe from any thread.</summary>
internal sealed unsafe class AbortFlag : SafeHandle
{
    public AbortFlag()
        : base(0, ownsHandle: true) => SetHandle((nint)NativeMemory.AllocZeroed(sizeof(int)));

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The native callback.</summary>
    public static nint Callback => (nint)(delegate* unmanaged<int*, byte>)&ShouldAbort;

    /// <summary>The callback's state.</summary>
    public nint State => handle;

    public void Set(bool value)
    {
        var added = false;
        try
        {
            DangerousAddRef(ref added);
            Volatile.Write(ref *(int*)handle, value ? 1 : 0);
        }
        finally
        {
            if (added) DangerousRelease();
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        NativeMemory.Free((void*)handle);
        return true;
    }

    [UnmanagedCallersOnly]
    private static byte ShouldAbort(int* flag) => Volatile.Read(ref *flag) == 0 ? (byte)0 : (byte)1;
}
