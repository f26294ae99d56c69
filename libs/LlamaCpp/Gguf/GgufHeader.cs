namespace Millrace.LlamaCpp.Gguf;

/// <summary>What the head of a GGUF file says, read without the native library.</summary>
public sealed record GgufHeader
{
    /// <summary>Format version, 2 or 3.</summary>
    public required int Version { get; init; }

    /// <summary><c>general.architecture</c>, for example <c>llama</c> or <c>bert</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary><c>general.type</c>: <c>model</c>, <c>adapter</c>, or empty in files that do not say.</summary>
    public required string Type { get; init; }

    /// <summary>Number of tensors.</summary>
    public required long TensorCount { get; init; }

    /// <summary>Number of metadata keys.</summary>
    public required long MetadataCount { get; init; }

    /// <summary>Bytes of all tensors together.</summary>
    public required long TensorBytes { get; init; }

    /// <summary>Elements of all tensors together.</summary>
    public required long ParameterCount { get; init; }

    /// <summary>The metadata that says how the model is built.</summary>
    public required GgufMetadata Metadata { get; init; }

    /// <summary>Size in bytes that the file must have at least to hold the tensors it declares.</summary>
    public required long RequiredBytes { get; init; }

    /// <summary>Size of the file in bytes.</summary>
    public required long FileBytes { get; init; }

    /// <summary>Reads and checks the head of <paramref name="path"/>.</summary>
    /// <exception cref="LlamaException">
    /// <see cref="LlamaFailure.FileMissing"/> when it cannot be read; <see cref="LlamaFailure.FileInvalid"/> when it is not GGUF, is
    /// damaged, or is shorter than the tensors it declares. The message names the file and the remedy.
    /// </exception>
    public static GgufHeader Read(string path)
    {
        using var stream = Open(path);
        try
        {
            var header = new GgufReader(stream).ReadHeader();
            return header.FileBytes >= header.RequiredBytes ? header : throw Truncated(header);
        }
        catch (InvalidDataException e)
        {
            throw new LlamaException(
                LlamaFailure.FileInvalid,
                $"{path} is not a usable GGUF file: {e.Message}; download it again, or name another model",
                e);
        }
    }

    private static InvalidDataException Truncated(GgufHeader header) =>
        new($"it is cut short, {header.FileBytes} bytes where its tensors need {header.RequiredBytes}");

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new LlamaException(
                LlamaFailure.FileMissing, $"{path} cannot be read: {e.Message} Check the path and its permissions.", e);
        }
    }
}
