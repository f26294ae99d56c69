using System.Runtime.InteropServices;
using Millrace.LlamaCpp.Parameters;

namespace Millrace.LlamaCpp.Interop;

/// <summary>The process-wide functions of the libraries.</summary>
internal static unsafe partial class LlamaLibrary
{
    [LibraryImport("llama", EntryPoint = "llama_backend_init")]
    public static partial void InitializeBackend();

    [LibraryImport("llama", EntryPoint = "llama_log_set")]
    public static partial void SetLog(delegate* unmanaged<int, byte*, void*, void> callback, void* state);

    [LibraryImport("llama", EntryPoint = "llama_model_default_params")]
    public static partial ParameterBlob DefaultModelParameters();

    [LibraryImport("llama", EntryPoint = "llama_context_default_params")]
    public static partial ParameterBlob DefaultContextParameters();

    [LibraryImport("llama", EntryPoint = "llama_max_parallel_sequences")]
    public static partial nuint SequencesMax();

    [LibraryImport("llama", EntryPoint = "llama_print_system_info")]
    public static partial byte* SystemInfo();

    [LibraryImport("llama", EntryPoint = "llama_chat_apply_template", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ApplyChatTemplate(
        string template,
        NativeChatMessage* messages,
        nuint messageCount,
        [MarshalAs(UnmanagedType.U1)] bool addAssistant,
        byte* buffer,
        int length);

    [LibraryImport("ggml", EntryPoint = "ggml_backend_load_all_from_path", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void LoadBackends(string directory);

    [LibraryImport("ggml", EntryPoint = "ggml_backend_dev_count")]
    public static partial nuint DeviceCount();

    [LibraryImport("ggml", EntryPoint = "ggml_backend_dev_get")]
    public static partial nint Device(nuint index);

    [LibraryImport("ggml-base", EntryPoint = "ggml_backend_dev_name")]
    public static partial byte* DeviceName(nint device);

    [LibraryImport("ggml-base", EntryPoint = "ggml_backend_dev_description")]
    public static partial byte* DeviceDescription(nint device);

    [LibraryImport("ggml-base", EntryPoint = "ggml_backend_dev_memory")]
    public static partial void DeviceMemory(nint device, nuint* free, nuint* total);
}

/// <summary>The native <c>llama_chat_message</c>: two zero-terminated strings.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeChatMessage
{
    public byte* Role;
    public byte* Content;
}
