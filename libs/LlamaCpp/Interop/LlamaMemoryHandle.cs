using System.Runtime.InteropServices;

namespace Millrace.LlamaCpp.Interop;

/// <summary>A context's <c>llama_memory_t</c>, which belongs to the context.</summary>
internal sealed partial class LlamaMemoryHandle(LlamaContextHandle context, nint pointer) : BorrowedHandle(context, pointer)
{
    public void Clear(bool data) => Clear(this, data);

    public bool Remove(int sequence, int from, int to) => Remove(this, sequence, from, to);

    public void Copy(int source, int destination, int from, int to) => Copy(this, source, destination, from, to);

    public void Keep(int sequence) => Keep(this, sequence);

    public void Shift(int sequence, int from, int to, int delta) => Shift(this, sequence, from, to, delta);

    public int FirstPosition(int sequence) => FirstPosition(this, sequence);

    public int LastPosition(int sequence) => LastPosition(this, sequence);

    public bool CanShift() => CanShift(this);

    [LibraryImport("llama", EntryPoint = "llama_memory_clear")]
    private static partial void Clear(LlamaMemoryHandle memory, [MarshalAs(UnmanagedType.U1)] bool data);

    [LibraryImport("llama", EntryPoint = "llama_memory_seq_rm")]
    [return: MarshalAs(UnmanagedType.U1)]
    private static partial bool Remove(LlamaMemoryHandle memory, int sequence, int from, int to);

    [LibraryImport("llama", EntryPoint = "llama_memory_seq_cp")]
    private static partial void Copy(LlamaMemoryHandle memory, int source, int destination, int from, int to);

    [LibraryImport("llama", EntryPoint = "llama_memory_seq_keep")]
    private static partial void Keep(LlamaMemoryHandle memory, int sequence);

    [LibraryImport("llama", EntryPoint = "llama_memory_seq_add")]
    private static partial void Shift(LlamaMemoryHandle memory, int sequence, int from, int to, int delta);

    [LibraryImport("llama", EntryPoint = "llama_memory_seq_pos_min")]
    private static partial int FirstPosition(LlamaMemoryHandle memory, int sequence);

    [LibraryImport("llama", EntryPoint = "llama_memory_seq_pos_max")]
    private static partial int LastPosition(LlamaMemoryHandle memory, int sequence);

    [LibraryImport("llama", EntryPoint = "llama_memory_can_shift")]
    [return: MarshalAs(UnmanagedType.U1)]
    private static partial bool CanShift(LlamaMemoryHandle memory);
}
