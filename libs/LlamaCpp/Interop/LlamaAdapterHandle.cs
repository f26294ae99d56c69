using System.Runtime.InteropServices;

namespace Millrace.LlamaCpp.Interop;

/// <summary>Owns a <c>llama_adapter_lora</c> and keeps its model alive.</summary>
internal sealed partial class LlamaAdapterHandle : SafeHandle
{
    private readonly LlamaModelHandle _model;

    private LlamaAdapterHandle(LlamaModelHandle model)
        : base(0, ownsHandle: true) => _model = model;

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Loads an adapter; null when the library refuses. Waits for the step that a context of the model computes.</summary>
    public static LlamaAdapterHandle? Load(LlamaModelHandle model, string path)
    {
        var added = false;
        model.DangerousAddRef(ref added);
        var adapter = new LlamaAdapterHandle(model);
        model.AdapterList.EnterWriteLock();
        try
        {
            adapter.SetHandle(Init(model, path));
        }
        finally
        {
            model.AdapterList.ExitWriteLock();
        }

        if (!adapter.IsInvalid) return adapter;

        model.DangerousRelease();
        adapter.SetHandleAsInvalid();
        return null;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        _model.AdapterList.EnterWriteLock();
        try
        {
            Free(handle);
        }
        finally
        {
            _model.AdapterList.ExitWriteLock();
        }

        _model.DangerousRelease();
        return true;
    }

    [LibraryImport("llama", EntryPoint = "llama_adapter_lora_init", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Init(LlamaModelHandle model, string path);

    [LibraryImport("llama", EntryPoint = "llama_adapter_lora_free")]
    private static partial void Free(nint adapter);
}
