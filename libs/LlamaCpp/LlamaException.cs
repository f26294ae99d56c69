namespace Millrace.LlamaCpp;

/// <summary>What kind of thing failed, for callers that map failures to statuses.</summary>
public enum LlamaFailure
{
    /// <summary>No usable native library was found.</summary>
    LibraryMissing,

    /// <summary>A native library was found, but its parameter layout or exports are not known.</summary>
    LibraryUnsupported,

    /// <summary>The model or adapter file does not exist or cannot be read.</summary>
    FileMissing,

    /// <summary>The file is not a GGUF file, is cut short or is damaged.</summary>
    FileInvalid,

    /// <summary>The library refused to load a well-formed model or adapter.</summary>
    LoadFailed,

    /// <summary>A context could not be created; most often it did not fit in memory.</summary>
    ContextFailed,

    /// <summary>The library reported an error while it computed a batch.</summary>
    ComputeFailed,

    /// <summary>The chat template is absent or not one that the library knows.</summary>
    TemplateUnsupported,

    /// <summary>A saved sequence state does not fit this context.</summary>
    StateInvalid,
}

/// <summary>An expected failure of the native layer. The message is one line that names the file concerned and the remedy.</summary>
public sealed class LlamaException(LlamaFailure failure, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The kind of failure.</summary>
    public LlamaFailure Failure { get; } = failure;
}
