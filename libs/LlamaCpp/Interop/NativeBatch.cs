using System.Runtime.InteropServices;

namespace Millrace.LlamaCpp.Interop;

/// <summary>The native <c>llama_batch</c>: parallel arrays of <see cref="Count"/> tokens.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeBatch
{
    public int Count;
    public int* Tokens;
    public float* Embeddings;
    public int* Positions;
    public int* SequenceCounts;
    public int** Sequences;
    public byte* Outputs;
}
