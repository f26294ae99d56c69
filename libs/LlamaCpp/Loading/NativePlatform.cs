using System.Runtime.InteropServices;

namespace Millrace.LlamaCpp.Loading;

/// <summary>How this operating system and processor name native libraries.</summary>
internal static class NativePlatform
{
    /// <summary>Portable runtime identifier, for example <c>linux-x64</c>.</summary>
    public static string Rid { get; } = $"{SystemName}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>Prefix of library file names.</summary>
    public static string Prefix => OperatingSystem.IsWindows() ? "" : "lib";

    /// <summary>Extension of library file names, with its dot.</summary>
    public static string Extension => OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so";

    private static string SystemName => OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";

    /// <summary>
    /// The library <paramref name="name"/> in <paramref name="directory"/>, with or without a release in its file name
    /// (<c>libllama.so</c>, <c>libllama.b10068.so</c>); null when there is none.
    /// </summary>
    public static string? Find(string directory, string name) =>
        Directory.EnumerateFiles(directory, $"{Prefix}{name}.*")
            .Where(path => path.EndsWith(Extension, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .FirstOrDefault();
}
