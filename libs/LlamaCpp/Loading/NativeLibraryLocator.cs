using System.Runtime.Intrinsics.X86;

namespace Millrace.LlamaCpp.Loading;

/// <summary>
/// Finds the native libraries. In this order: the folder named by <c>MILLRACE_LLAMA_DIR</c>; <c>.millrace/native/RID/VERSION</c> in the
/// application's folder or one above it (filled by <c>eng/native.sh</c>; a CUDA set comes first); the package's <c>runtimes</c> folder.
/// </summary>
public static class NativeLibraryLocator
{
    /// <summary>Environment variable that overrides the search.</summary>
    public const string DirectoryVariable = "MILLRACE_LLAMA_DIR";

    /// <summary>Version of the package that holds the pinned release of llama.cpp.</summary>
    public const string PackageVersion = "3.19.1";

    /// <summary>Searches by the environment and the application's own folder.</summary>
    public static NativeLibraryLocation Locate() =>
        Locate(Environment.GetEnvironmentVariable(DirectoryVariable), AppContext.BaseDirectory);

    /// <summary>Searches <paramref name="overrideDirectory"/> alone if given, else from <paramref name="baseDirectory"/> up.</summary>
    internal static NativeLibraryLocation Locate(string? overrideDirectory, string baseDirectory) =>
        string.IsNullOrEmpty(overrideDirectory) ? LocateFrom(baseDirectory) : LocateIn(overrideDirectory);

    private static NativeLibraryLocation LocateIn(string directory) =>
        ReadSet(directory) is { } files
            ? new() { Files = files }
            : new()
            {
                Reason = $"{DirectoryVariable} names {directory}, which has no {Wanted}; correct it, or unset it and run eng/native.sh",
            };

    private static NativeLibraryLocation LocateFrom(string baseDirectory)
    {
        foreach (var directory in Ancestors(baseDirectory).SelectMany(FetchedFolders).Concat(PackagedFolders(baseDirectory)))
            if (ReadSet(directory) is { } files)
                return new() { Files = files };

        return new()
        {
            Reason = $"llama.cpp is not installed: no {Wanted} in .millrace/native/{NativePlatform.Rid}/{PackageVersion} "
                + $"at or above {baseDirectory}, nor in its runtimes folder; run eng/native.sh, or set {DirectoryVariable}",
        };
    }

    private static string Wanted => $"{NativePlatform.Prefix}llama*{NativePlatform.Extension} with its ggml libraries";

    private static IEnumerable<string> Ancestors(string directory)
    {
        for (var current = new DirectoryInfo(directory); current is not null; current = current.Parent)
            yield return current.FullName;
    }

    private static IEnumerable<string> FetchedFolders(string root) =>
    [
        Path.Combine(root, ".millrace", "native", $"{NativePlatform.Rid}-cuda", PackageVersion),
        Path.Combine(root, ".millrace", "native", NativePlatform.Rid, PackageVersion),
    ];

    private static IEnumerable<string> PackagedFolders(string baseDirectory)
    {
        var native = Path.Combine(baseDirectory, "runtimes", NativePlatform.Rid, "native");
        return PackagedVariants().Select(variant => Path.Combine(native, variant));
    }

    private static IEnumerable<string> PackagedVariants()
    {
        yield return "cuda12";
        if (Avx512F.IsSupported) yield return "avx512";
        if (Avx2.IsSupported) yield return "avx2";
        if (Avx.IsSupported) yield return "avx";
        yield return "noavx";
        yield return "";
    }

    private static NativeLibraryFiles? ReadSet(string directory)
    {
        if (!Directory.Exists(directory)) return null;
        var llama = NativePlatform.Find(directory, "llama");
        var ggml = NativePlatform.Find(directory, "ggml");
        var ggmlBase = NativePlatform.Find(directory, "ggml-base");
        return llama is null || ggml is null || ggmlBase is null ? null : new(directory, llama, ggml, ggmlBase);
    }
}
