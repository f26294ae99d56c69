using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Millrace.LlamaCpp.Interop;

/// <summary>Carries load progress out of the library, and cancellation into it.</summary>
internal sealed unsafe class LoadProgress : IDisposable
{
    private readonly IProgress<float>? _progress;
    private readonly CancellationToken _cancellationToken;
    private GCHandle<LoadProgress> _self;
    private Exception? _failure;

    public LoadProgress(IProgress<float>? progress, CancellationToken cancellationToken)
    {
        _progress = progress;
        _cancellationToken = cancellationToken;
        _self = new(this);
    }

    /// <summary>The native callback.</summary>
    public static nint Callback => (nint)(delegate* unmanaged<float, nint, byte>)&OnProgress;

    /// <summary>The callback's state.</summary>
    public nint State => GCHandle<LoadProgress>.ToIntPtr(_self);

    /// <summary>Raises what stopped the load (cancellation, or an exception of the receiver) and drops what was loaded by then.</summary>
    public void ThrowIfStopped(IDisposable? loaded)
    {
        if (_failure is null && !_cancellationToken.IsCancellationRequested) return;
        loaded?.Dispose();
        if (_failure is not null) ExceptionDispatchInfo.Throw(_failure);
        _cancellationToken.ThrowIfCancellationRequested();
    }

    /// <inheritdoc/>
    public void Dispose() => _self.Dispose();

    private bool Report(float share)
    {
        try
        {
            _progress?.Report(share);
            return !_cancellationToken.IsCancellationRequested;
        }
        catch (Exception e)
        {
            _failure = e;
            return false;
        }
    }

    [UnmanagedCallersOnly]
    private static byte OnProgress(float share, nint state) =>
        GCHandle<LoadProgress>.FromIntPtr(state).Target.Report(share) ? (byte)1 : (byte)0;
}
