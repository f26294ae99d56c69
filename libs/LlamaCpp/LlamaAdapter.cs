using Millrace.LlamaCpp.Gguf;
using Millrace.LlamaCpp.Interop;
using Millrace.LlamaCpp.Logging;

namespace Millrace.LlamaCpp;

/// <summary>A LoRA adapter, made for one model. Contexts that use it keep it alive.</summary>
public sealed class LlamaAdapter : IDisposable
{
    private const int ReadBytes = 1 << 20;

    private LlamaAdapter(LlamaModel model, string path, LlamaAdapterHandle handle)
    {
        Model = model;
        Path = path;
        Handle = handle;
    }

    /// <summary>The file it was loaded from.</summary>
    public string Path { get; }

    /// <summary>The model it was loaded for.</summary>
    public LlamaModel Model { get; }

    internal LlamaAdapterHandle Handle { get; }

    /// <summary>Frees the adapter, once no context uses it.</summary>
    public void Dispose() => Handle.Dispose();

    internal static LlamaAdapter Load(LlamaModel model, string path)
    {
        CheckHeader(model, GgufHeader.Read(path), path);
        ReadAhead(path);
        NativeLog.ForgetError();
        var handle = LlamaAdapterHandle.Load(model.Handle, path);
        return handle is not null
            ? new(model, path, handle)
            : throw new LlamaException(
                LlamaFailure.LoadFailed,
                $"{path} was refused as an adapter of {model.Path}{NativeLog.Explanation()}; use one made for this model");
    }

    /// <summary>
    /// No context of the model computes while the library reads the file. Read once before, it comes from the system's cache then, and not
    /// from a disk.
    /// </summary>
    private static void ReadAhead(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
            var bytes = new byte[Math.Clamp(RandomAccess.GetLength(file), 1, ReadBytes)];
            for (long at = 0; RandomAccess.Read(file, bytes, at) is > 0 and var read; at += read)
            {
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The library tells what is wrong with the file.
        }
    }

    private static void CheckHeader(LlamaModel model, GgufHeader header, string path)
    {
        if (header.Type.Length > 0 && header.Type != "adapter")
            throw new LlamaException(LlamaFailure.LoadFailed, $"{path} is a {header.Type}, not an adapter; name a LoRA file");
        if (header.Architecture != model.Metadata.Architecture)
            throw new LlamaException(
                LlamaFailure.LoadFailed,
                $"{path} is for architecture {header.Architecture} and {model.Path} is {model.Metadata.Architecture}; "
                    + "use an adapter made for this model");
    }
}
