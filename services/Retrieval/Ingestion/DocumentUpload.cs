using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Ingestion;

/// <summary>An upload as it arrived.</summary>
internal sealed record DocumentUpload
{
    /// <summary>Whose it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>Name of the collection.</summary>
    public required string Collection { get; init; }

    /// <summary>Id of the document; empty to take the file's name.</summary>
    public string DocumentId { get; init; } = "";

    /// <summary>Name of the file; may be empty.</summary>
    public string FileName { get; init; } = "";

    /// <summary>Media type; empty to derive it from the file's name.</summary>
    public string MediaType { get; init; } = "";

    /// <summary>What the application says of it, in texts.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>What the application says of it: a JSON object, whose entries win; empty for none.</summary>
    public string MetadataJson { get; init; } = "";

    /// <summary>Labels of which a caller must hold one to find it.</summary>
    public IReadOnlyList<string> AccessLabels { get; init; } = [];

    /// <summary>Id of its job; empty for none.</summary>
    public string JobId { get; init; } = "";

    /// <summary>Its bytes.</summary>
    public required byte[] Content { get; init; }

    /// <summary>Whether to wait until it can be found.</summary>
    public bool Wait { get; init; }
}

/// <summary>The bytes of an upload while they arrive, up to the limit. Their room is returned when it is disposed.</summary>
/// <param name="bytesMax">Most bytes.</param>
/// <param name="memory">The room for all uploads.</param>
internal sealed class UploadBuffer(int bytesMax, UploadMemory memory) : IDisposable
{
    private readonly MemoryStream _bytes = new();
    private long _taken;

    /// <summary>Adds the next bytes.</summary>
    /// <exception cref="MillraceException">The document is larger than allowed, or there is no room for it now.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_taken + bytes.Length > bytesMax) throw TooLarge(bytesMax);
        memory.Take(bytes.Length);
        _taken += bytes.Length;
        _bytes.Write(bytes);
    }

    /// <summary>All bytes.</summary>
    public byte[] ToArray() => _bytes.ToArray();

    /// <inheritdoc/>
    public void Dispose()
    {
        memory.Return(_taken);
        _taken = 0;
        _bytes.Dispose();
    }

    /// <summary>The refusal of a document that is larger than allowed.</summary>
    public static MillraceException TooLarge(int bytesMax) => new(
        Reason.PayloadTooLarge, $"The document is larger than {bytesMax} bytes, which is the most allowed. "
        + "Split it, or raise Retrieval:Ingestion:DocumentBytesMax.")
    { Param = "content" };
}
