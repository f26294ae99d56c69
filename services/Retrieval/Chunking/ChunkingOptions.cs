namespace Millrace.Retrieval.Chunking;

/// <summary>Section <c>Retrieval:Chunking</c>: how documents are cut when their collection says nothing else.</summary>
public sealed class ChunkingOptions
{
    /// <summary>Most tokens of a chunk, counted by the embedding model.</summary>
    /// <value>Default 160: about a paragraph, which is what small encoders embed well.</value>
    public int TokensMax { get; set; } = 160;

    /// <summary>Tokens that neighbouring chunks of a section share at most; whole sentences only.</summary>
    /// <value>Default 0: chunks end where paragraphs do, and their header says where they stand.</value>
    public int OverlapTokens { get; set; }

    internal ChunkingSettings Settings => new(TokensMax, OverlapTokens);

    internal IEnumerable<string> Validate() => Settings.Validate().Select(error => $"Chunking: {error}");
}
