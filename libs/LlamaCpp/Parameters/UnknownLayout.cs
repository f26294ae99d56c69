namespace Millrace.LlamaCpp.Parameters;

/// <summary>The refusal of a library whose parameter structs are not known.</summary>
internal static class UnknownLayout
{
    public static LlamaException Of(string structName, string libraryPath) => new(
        LlamaFailure.LibraryUnsupported,
        $"{libraryPath} has an unknown layout of {structName}: this is not a release of llama.cpp that Millrace knows; "
            + "run eng/native.sh for the pinned one");
}
