using System.Runtime.InteropServices;

namespace Millrace.LlamaCpp.Parameters;

/// <summary>
/// The shares of the GPUs where the library can read them. It reads as many as it knows devices, whatever was given, so the rest is zeros.
/// </summary>
internal sealed class TensorSplitBuffer : IDisposable
{
    private const int LengthMax = 256;

    private GCHandle _shares;

    public TensorSplitBuffer(IReadOnlyList<float> shares)
    {
        if (shares.Count > LlamaModelOptions.GpusMax || shares.Any(share => !float.IsFinite(share) || share < 0))
            throw new ArgumentException($"TensorSplit must have at most {LlamaModelOptions.GpusMax} shares of 0 or more.", nameof(shares));
        if (shares.Count == 0) return;
        var padded = new float[LengthMax];
        for (var i = 0; i < shares.Count; i++) padded[i] = shares[i];
        _shares = GCHandle.Alloc(padded, GCHandleType.Pinned);
    }

    /// <summary>The shares; 0 when there are none.</summary>
    public nint Pointer => _shares.IsAllocated ? _shares.AddrOfPinnedObject() : 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_shares.IsAllocated) _shares.Free();
    }
}
