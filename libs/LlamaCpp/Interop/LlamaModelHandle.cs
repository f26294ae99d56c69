using System.Runtime.InteropServices;
using Millrace.LlamaCpp.Parameters;

namespace Millrace.LlamaCpp.Interop;

/// <summary>Owns a <c>llama_model</c>. Contexts, adapters and vocabularies made from it keep it alive.</summary>
internal sealed unsafe partial class LlamaModelHandle : SafeHandle
{
    private LlamaModelHandle(nint pointer)
        : base(0, ownsHandle: true) => SetHandle(pointer);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>
    /// Guards the library's list of the model's adapters, which it reads whenever a context lays out its computation. Whatever may compute
    /// or lay out holds it for reading; an adapter comes and goes under it for writing.
    /// </summary>
    public ReaderWriterLockSlim AdapterList { get; } = new(LockRecursionPolicy.NoRecursion);

    /// <summary>Loads a model; null when the library refuses.</summary>
    public static LlamaModelHandle? Load(string path, ParameterBlob parameters)
    {
        var pointer = LoadFromFile(path, parameters);
        return pointer == 0 ? null : new(pointer);
    }

    public nint Vocabulary() => GetVocab(this);

    public int ContextTokensTrained() => ContextTokens(this);

    public int EmbeddingLength() => EmbeddingLength(this);

    public int EmbeddingOutputLength() => EmbeddingOutputLength(this);

    public int LayerCount() => LayerCount(this);

    public int HeadCount() => HeadCount(this);

    public int ClassifierOutputs() => (int)ClassifierOutputs(this);

    public long ParameterCount() => (long)ParameterCount(this);

    public long SizeBytes() => (long)Size(this);

    public bool HasEncoder() => HasEncoder(this);

    public bool HasDecoder() => HasDecoder(this);

    public bool IsRecurrent() => IsRecurrent(this);

    public bool IsHybrid() => IsHybrid(this);

    public int MetadataCount() => MetadataCount(this);

    public string? Metadata(string key) => NativeText.Read((buffer, size) => MetadataValue(this, key, buffer, size));

    public string? MetadataKeyAt(int index) => NativeText.Read((buffer, size) => MetadataKeyByIndex(this, index, buffer, size));

    public string? MetadataValueAt(int index) => NativeText.Read((buffer, size) => MetadataValueByIndex(this, index, buffer, size));

    public string? Description() => NativeText.Read((buffer, size) => Describe(this, buffer, size));

    public string? ChatTemplate() => NativeText.FromPointer(ChatTemplate(this, null));

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        Free(handle);
        return true;
    }

    [LibraryImport("llama", EntryPoint = "llama_model_load_from_file", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint LoadFromFile(string path, ParameterBlob parameters);

    [LibraryImport("llama", EntryPoint = "llama_model_free")]
    private static partial void Free(nint model);

    [LibraryImport("llama", EntryPoint = "llama_model_get_vocab")]
    private static partial nint GetVocab(LlamaModelHandle model);

    [LibraryImport("llama", EntryPoint = "llama_model_n_ctx_train")]
    private static partial int ContextTokens(LlamaModelHandle model);

    [LibraryImport("llama", EntryPoint = "llama_model_n_embd")]
    private static partial int EmbeddingLength(LlamaModelHandle model);

    [LibraryImport("llama", EntryPoint = "llama_model_n_embd_out")]
    private static partial int EmbeddingOutputLength(LlamaModelHandle model);

    [LibraryImport("llama", EntryPoint = "llama_model_n_layer")]
    private static partial int LayerCount(LlamaModelHandle model);

    [LibraryImport("llama", EntryPoint = "llama_model_n_head")]
    private static partial int HeadCount(LlamaModelHandle model);

    [LibraryImport("llama", EntryPoint = "llama_model_n_cls_out")]
    private static partial uint ClassifierOutputs(LlamaModelHandle model);

    [LibraryImport("llama", EntryPoint = "llama_model_n_params")]
    private static partial ulong ParameterCount(LlamaModelHandle model);

    [LibraryImport("llama", EntryPoint = "llama_model_size")]
    private static partial ulong Size(LlamaModelHandle model);

    [LibraryImport("llama", EntryPoint = "llama_model_has_encoder")]
    [return: MarshalAs(UnmanagedType.U1)]
    private static partial bool HasEncoder(LlamaModelHandle model);

    [LibraryImport("llama", EntryPoint = "llama_model_has_decoder")]
    [return: MarshalAs(UnmanagedType.U1)]
    private static partial bool HasDecoder(LlamaModelHandle model);

    [LibraryImport("llama", EntryPoint = "llama_model_is_recurrent")]
    [return: MarshalAs(UnmanagedType.U1)]
    private static partial bool IsRecurrent(LlamaModelHandle model);

    [LibraryImport("llama", EntryPoint = "llama_model_is_hybrid")]
    [return: MarshalAs(UnmanagedType.U1)]
    private static partial bool IsHybrid(LlamaModelHandle model);

    [LibraryImport("llama", EntryPoint = "llama_model_meta_count")]
    private static partial int MetadataCount(LlamaModelHandle model);

    [LibraryImport("llama", EntryPoint = "llama_model_meta_val_str", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MetadataValue(LlamaModelHandle model, string key, byte* buffer, nuint size);

    [LibraryImport("llama", EntryPoint = "llama_model_meta_key_by_index")]
    private static partial int MetadataKeyByIndex(LlamaModelHandle model, int index, byte* buffer, nuint size);

    [LibraryImport("llama", EntryPoint = "llama_model_meta_val_str_by_index")]
    private static partial int MetadataValueByIndex(LlamaModelHandle model, int index, byte* buffer, nuint size);

    [LibraryImport("llama", EntryPoint = "llama_model_desc")]
    private static partial int Describe(LlamaModelHandle model, byte* buffer, nuint size);

    [LibraryImport("llama", EntryPoint = "llama_model_chat_template")]
    private static partial byte* ChatTemplate(LlamaModelHandle model, byte* name);
}
