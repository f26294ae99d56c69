using System.Reflection;
using System.Runtime.InteropServices;

namespace Millrace.LlamaCpp.Loading;

/// <summary>The loaded libraries, and the resolver by which imports of "llama", "ggml" and "ggml-base" reach them.</summary>
internal sealed class NativeLibraries
{
    private static volatile NativeLibraries? _loaded;
    private static readonly Lock ResolverLock = new();
    private static bool _resolverSet;

    private readonly nint _ggmlBase;
    private readonly nint _ggml;
    private readonly nint _llama;

    private NativeLibraries(NativeLibraryFiles files)
    {
        _ggmlBase = NativeLibrary.Load(files.GgmlBase);
        _ggml = NativeLibrary.Load(files.Ggml);
        _llama = NativeLibrary.Load(files.Llama);
    }

    /// <summary>Loads the set for the rest of the process's life.</summary>
    /// <exception cref="LlamaException">The operating system refuses one of the files.</exception>
    public static void Load(NativeLibraryFiles files)
    {
        try
        {
            _loaded = new NativeLibraries(files);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new LlamaException(
                LlamaFailure.LibraryUnsupported,
                $"{files.Llama} cannot be loaded on {NativePlatform.Rid} ({FirstLine(e.Message)}); "
                    + $"delete {files.Directory} and run eng/native.sh",
                e);
        }

        SetResolver();
    }

    private static void SetResolver()
    {
        lock (ResolverLock)
        {
            if (_resolverSet) return;
            NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Resolve);
            _resolverSet = true;
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) => name switch
    {
        "llama" => _loaded?._llama ?? 0,
        "ggml" => _loaded?._ggml ?? 0,
        "ggml-base" => _loaded?._ggmlBase ?? 0,
        _ => 0,
    };

    private static string FirstLine(string message) => message.Split('\n', 2)[0].Trim();
}
