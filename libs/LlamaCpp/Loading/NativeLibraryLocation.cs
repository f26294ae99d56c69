using System.Diagnostics.CodeAnalysis;

namespace Millrace.LlamaCpp.Loading;

/// <summary>One complete set of native libraries.</summary>
/// <param name="Directory">Folder that also holds the back ends (one library per instruction set or device).</param>
/// <param name="Llama">Path of libllama.</param>
/// <param name="Ggml">Path of libggml.</param>
/// <param name="GgmlBase">Path of libggml-base.</param>
public sealed record NativeLibraryFiles(string Directory, string Llama, string Ggml, string GgmlBase);

/// <summary>What the search for native libraries found: the files, or one line that says what was looked for and the remedy.</summary>
public sealed record NativeLibraryLocation
{
    /// <summary>The files, when they were found.</summary>
    public NativeLibraryFiles? Files { get; init; }

    /// <summary>Why there are none, when they were not.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether a complete set was found.</summary>
    [MemberNotNullWhen(true, nameof(Files))]
    [MemberNotNullWhen(false, nameof(Reason))]
    public bool Found => Files is not null;
}
