using System.Runtime.InteropServices;
using Millrace.LlamaCpp.Parameters;

namespace Millrace.LlamaCpp.Interop;

/// <summary>Owns a <c>llama_context</c> and keeps its model alive.</summary>
internal sealed unsafe partial class LlamaContextHandle : SafeHandle
{
    private readonly LlamaModelHandle _model;

    private LlamaContextHandle(LlamaModelHandle model)
        : base(0, ownsHandle: true) => _model = model;

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Creates a context; null when the library refuses.</summary>
    public static LlamaContextHandle? Create(LlamaModelHandle model, ParameterBlob parameters)
    {
        var added = false;
        model.DangerousAddRef(ref added);
        var context = new LlamaContextHandle(model);
        model.AdapterList.EnterReadLock();
        try
        {
            context.SetHandle(InitFromModel(model, parameters));
        }
        finally
        {
            model.AdapterList.ExitReadLock();
        }

        if (!context.IsInvalid) return context;

        model.DangerousRelease();
        context.SetHandleAsInvalid();
        return null;
    }

    public nint Memory() => GetMemory(this);

    public int ContextTokens() => (int)ContextTokens(this);

    public int SequenceTokens() => (int)SequenceTokens(this);

    public int BatchTokens() => (int)BatchTokens(this);

    public int MicroBatchTokens() => (int)MicroBatchTokens(this);

    public int Sequences() => (int)Sequences(this);

    public int Pooling() => Pooling(this);

    public int Encode(NativeBatch batch)
    {
        _model.AdapterList.EnterReadLock();
        try
        {
            return Encode(this, batch);
        }
        finally
        {
            _model.AdapterList.ExitReadLock();
        }
    }

    public int Decode(NativeBatch batch)
    {
        _model.AdapterList.EnterReadLock();
        try
        {
            return Decode(this, batch);
        }
        finally
        {
            _model.AdapterList.ExitReadLock();
        }
    }

    public float* Logits(int index) => LogitsAt(this, index);

    public float* TokenEmbedding(int index) => EmbeddingsAt(this, index);

    public float* SequenceEmbedding(int sequence) => EmbeddingsOfSequence(this, sequence);

    public void SetThreads(int threads, int batchThreads) => SetThreads(this, threads, batchThreads);

    public void SetEmbeddings(bool enabled) => SetEmbeddings(this, enabled);

    public void SetCausalAttention(bool enabled) => SetCausalAttention(this, enabled);

    public void Synchronize() => Synchronize(this);

    public long StateSizeBytes(int sequence) => (long)StateSize(this, sequence);

    public long SaveState(int sequence, Span<byte> destination)
    {
        fixed (byte* pointer = destination) return (long)GetState(this, pointer, (nuint)destination.Length, sequence);
    }

    public long RestoreState(int sequence, ReadOnlySpan<byte> state)
    {
        fixed (byte* pointer = state) return (long)SetState(this, pointer, (nuint)state.Length, sequence);
    }

    public int SetAdapters(ReadOnlySpan<nint> adapters, ReadOnlySpan<float> scales)
    {
        _model.AdapterList.EnterReadLock();
        try
        {
            fixed (nint* adapterPointer = adapters)
            fixed (float* scalePointer = scales)
                return SetAdapters(this, adapterPointer, (nuint)adapters.Length, scalePointer);
        }
        finally
        {
            _model.AdapterList.ExitReadLock();
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        Free(handle);
        _model.DangerousRelease();
        return true;
    }

    [LibraryImport("llama", EntryPoint = "llama_init_from_model")]
    private static partial nint InitFromModel(LlamaModelHandle model, ParameterBlob parameters);

    [LibraryImport("llama", EntryPoint = "llama_free")]
    private static partial void Free(nint context);

    [LibraryImport("llama", EntryPoint = "llama_get_memory")]
    private static partial nint GetMemory(LlamaContextHandle context);

    [LibraryImport("llama", EntryPoint = "llama_n_ctx")]
    private static partial uint ContextTokens(LlamaContextHandle context);

    [LibraryImport("llama", EntryPoint = "llama_n_ctx_seq")]
    private static partial uint SequenceTokens(LlamaContextHandle context);

    [LibraryImport("llama", EntryPoint = "llama_n_batch")]
    private static partial uint BatchTokens(LlamaContextHandle context);

    [LibraryImport("llama", EntryPoint = "llama_n_ubatch")]
    private static partial uint MicroBatchTokens(LlamaContextHandle context);

    [LibraryImport("llama", EntryPoint = "llama_n_seq_max")]
    private static partial uint Sequences(LlamaContextHandle context);

    [LibraryImport("llama", EntryPoint = "llama_pooling_type")]
    private static partial int Pooling(LlamaContextHandle context);

    [LibraryImport("llama", EntryPoint = "llama_encode")]
    private static partial int Encode(LlamaContextHandle context, NativeBatch batch);

    [LibraryImport("llama", EntryPoint = "llama_decode")]
    private static partial int Decode(LlamaContextHandle context, NativeBatch batch);

    [LibraryImport("llama", EntryPoint = "llama_get_logits_ith")]
    private static partial float* LogitsAt(LlamaContextHandle context, int index);

    [LibraryImport("llama", EntryPoint = "llama_get_embeddings_ith")]
    private static partial float* EmbeddingsAt(LlamaContextHandle context, int index);

    [LibraryImport("llama", EntryPoint = "llama_get_embeddings_seq")]
    private static partial float* EmbeddingsOfSequence(LlamaContextHandle context, int sequence);

    [LibraryImport("llama", EntryPoint = "llama_set_n_threads")]
    private static partial void SetThreads(LlamaContextHandle context, int threads, int batchThreads);

    [LibraryImport("llama", EntryPoint = "llama_set_embeddings")]
    private static partial void SetEmbeddings(LlamaContextHandle context, [MarshalAs(UnmanagedType.U1)] bool enabled);

    [LibraryImport("llama", EntryPoint = "llama_set_causal_attn")]
    private static partial void SetCausalAttention(LlamaContextHandle context, [MarshalAs(UnmanagedType.U1)] bool enabled);

    [LibraryImport("llama", EntryPoint = "llama_synchronize")]
    private static partial void Synchronize(LlamaContextHandle context);

    [LibraryImport("llama", EntryPoint = "llama_state_seq_get_size")]
    private static partial nuint StateSize(LlamaContextHandle context, int sequence);

    [LibraryImport("llama", EntryPoint = "llama_state_seq_get_data")]
    private static partial nuint GetState(LlamaContextHandle context, byte* destination, nuint size, int sequence);

    [LibraryImport("llama", EntryPoint = "llama_state_seq_set_data")]
    private static partial nuint SetState(LlamaContextHandle context, byte* source, nuint size, int sequence);

    [LibraryImport("llama", EntryPoint = "llama_set_adapters_lora")]
    private static partial int SetAdapters(LlamaContextHandle context, nint* adapters, nuint count, float* scales);
}
