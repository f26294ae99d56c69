using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Inference.SavedPrefixes;

/// <summary>Settings of the prompt states that are kept on disk, section <c>Inference:SavedPrefixes</c>.</summary>
public sealed class SavedPrefixOptions : ISelfValidating
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Inference:SavedPrefixes";

    /// <summary>Bytes of all files together; beyond that the ones go that were used least lately.</summary>
    /// <value>Default 4 GiB.</value>
    public long BytesMax { get; set; } = 4L << 30;

    /// <summary>Bytes of one file; it is held in memory while it is written or read.</summary>
    /// <value>Default 1 GiB.</value>
    public long FileBytesMax { get; set; } = 1L << 30;

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (FileBytesMax < 4096 || FileBytesMax > Array.MaxLength)
            yield return $"FileBytesMax must be from 4096 to {Array.MaxLength}.";
        if (BytesMax < FileBytesMax)
            yield return $"BytesMax ({BytesMax}) is below FileBytesMax ({FileBytesMax}): raise the former or lower the latter.";
    }
}
