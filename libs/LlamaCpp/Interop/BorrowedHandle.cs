using System.Runtime.InteropServices;

namespace Millrace.LlamaCpp.Interop;

/// <summary>A pointer into something that another handle owns; it keeps the owner alive for as long as it lives itself.</summary>
internal abstract class BorrowedHandle : SafeHandle
{
    private readonly SafeHandle _owner;

    protected BorrowedHandle(SafeHandle owner, nint pointer)
        : base(0, ownsHandle: true)
    {
        _owner = owner;
        var added = false;
        owner.DangerousAddRef(ref added);
        SetHandle(pointer);
    }

    /// <inheritdoc/>
    public override bool IsInvalid => false;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        _owner.DangerousRelease();
        return true;
    }
}
