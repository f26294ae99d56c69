using Millrace.LlamaCpp.Interop;

namespace Millrace.LlamaCpp;

/// <summary>
/// A context's cache: which positions of which sequences it holds. Ranges are half open, [from, to); a negative <c>from</c> means 0
/// and a negative <c>to</c> means the end. Owned by the context's thread.
/// </summary>
public sealed class LlamaMemory
{
    private readonly LlamaContext _context;
    private readonly LlamaMemoryHandle _handle;

    internal LlamaMemory(LlamaContext context, LlamaMemoryHandle handle)
    {
        _context = context;
        _handle = handle;
        CanShift = handle.CanShift();
    }

    /// <summary>Whether positions can be moved by <see cref="Shift"/>.</summary>
    public bool CanShift { get; }

    /// <summary>Forgets every sequence.</summary>
    /// <param name="data">Also zero the cache's buffers.</param>
    public void Clear(bool data = false) => _handle.Clear(data);

    /// <summary>Removes a range of a sequence.</summary>
    /// <returns>False when the model cannot cut a sequence there (recurrent models): remove it whole instead.</returns>
    public bool Remove(LlamaSequenceId sequence, int from = -1, int to = -1) => _handle.Remove(Checked(sequence), from, to);

    /// <summary>
    /// Lets <paramref name="destination"/> share a range of <paramref name="source"/>. In a unified cache this copies nothing;
    /// otherwise only whole sequences can be copied.
    /// </summary>
    /// <exception cref="ArgumentException">A partial copy in a cache that is not unified.</exception>
    public void Copy(LlamaSequenceId source, LlamaSequenceId destination, int from = -1, int to = -1)
    {
        if (!_context.UnifiedCache && (from > 0 || to >= 0))
            throw new ArgumentException(
                "Part of a sequence can be shared only in a unified cache; copy it whole, or create the context with UnifiedCache.");
        _handle.Copy(Checked(source), Checked(destination), from, to);
    }

    /// <summary>Forgets every sequence but one.</summary>
    public void Keep(LlamaSequenceId sequence) => _handle.Keep(Checked(sequence));

    /// <summary>Adds <paramref name="delta"/> to the positions of a range.</summary>
    /// <exception cref="InvalidOperationException">The model's positions cannot be moved (<see cref="CanShift"/>).</exception>
    public void Shift(LlamaSequenceId sequence, int from, int to, int delta)
    {
        if (!CanShift)
            throw new InvalidOperationException("Positions of this model cannot be shifted; remove the sequence and compute it again.");
        _handle.Shift(Checked(sequence), from, to, delta);
    }

    /// <summary>The first position held; -1 when the sequence is empty.</summary>
    public int FirstPosition(LlamaSequenceId sequence) => _handle.FirstPosition(Checked(sequence));

    /// <summary>The last position held; -1 when the sequence is empty.</summary>
    public int LastPosition(LlamaSequenceId sequence) => _handle.LastPosition(Checked(sequence));

    internal void Release() => _handle.Dispose();

    private int Checked(LlamaSequenceId sequence)
    {
        _context.CheckSequence(sequence);
        return sequence.Id;
    }
}
