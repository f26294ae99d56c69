using Millrace.Inference.Models.Memory;

namespace Millrace.Inference.Models;

/// <summary>A GGUF file that may be served.</summary>
/// <param name="Name">Name, as requests give it: the file's name without its extension.</param>
/// <param name="Path">Full path.</param>
/// <param name="Architecture">Architecture as the file states it; empty when it cannot be read.</param>
/// <param name="SizeBytes">Size of the file.</param>
/// <param name="Problem">Why it cannot be served, in one line with the remedy; null when it can.</param>
internal sealed record ModelFile(string Name, string Path, string Architecture, long SizeBytes, string? Problem = null)
{
    private static readonly HashSet<string> Encoders = new(StringComparer.Ordinal)
    {
        "bert", "clip", "eurobert", "gemma-embedding", "jina-bert-v2", "jina-bert-v3", "modern-bert", "neo-bert", "nomic-bert",
        "nomic-bert-moe", "t5encoder",
    };

    /// <summary>When it was last written.</summary>
    public DateTime ChangedAt { get; init; }

    /// <summary>The sizes that its memory follows from; null when it cannot be read.</summary>
    public ModelShape? Shape { get; init; }

    /// <summary>Whether it turns text into vectors or scores and cannot generate any.</summary>
    public bool IsEncoder => Encoders.Contains(Architecture);

    /// <summary>Whether another is the same file in the same state.</summary>
    public bool IsSame(ModelFile? other) =>
        other is not null && Path == other.Path && ChangedAt == other.ChangedAt && SizeBytes == other.SizeBytes;
}
