namespace Millrace.LlamaCpp.Interop;

/// <summary>Keeps an adapter alive while a context computes with it, whoever disposes it meanwhile.</summary>
internal sealed class AdapterUse(LlamaAdapterHandle adapter) : BorrowedHandle(adapter, adapter.DangerousGetHandle())
{
    public nint Pointer => handle;
}
