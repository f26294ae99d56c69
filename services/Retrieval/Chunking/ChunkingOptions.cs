namespace Millrace.Retrieval.Chunking;

/// <summary>Section <c>Retrieval:Chunking</c>: how documents are cut when their collection says nothing else.</summary>
public sealed class ChunkingOptions
{
    /// <summary>Which way: <c>Recursive</c>, <c>Paragraph</c>, <c>Markdown</c>, <c>SentenceWindow</c>, <c>Semantic</c> or
    /// <c>Fixed</c>.</summary>
    /// <value>Default <c>Recursive</c>.</value>
    public ChunkingStrategy Strategy { get; set; } = ChunkingStrategy.Recursive;

    /// <summary>Most tokens of a chunk, counted by the embedding model.</summary>
    /// <value>Default 160: about a paragraph, which measured better with the built-in encoder than 512 (docs/benchmarks.md).</value>
    public int TokensMax { get; set; } = 160;

    /// <summary>Tokens that neighbouring chunks of a section share at most: whole sentences, or words with <c>Fixed</c>.</summary>
    /// <value>Default 0: chunks end where paragraphs do, and their header says where they stand.</value>
    public int OverlapTokens { get; set; }

    /// <summary>With <c>Paragraph</c> and <c>Semantic</c>: fewest tokens of a chunk where there is more text to join.</summary>
    /// <value>Default 48.</value>
    public int TokensMin { get; set; } = 48;

    /// <summary>With <c>SentenceWindow</c>: sentences on each side of the one that is ranked.</summary>
    /// <value>Default 2.</value>
    public int WindowSentences { get; set; } = 2;

    /// <summary>With <c>Semantic</c>: percentile of the distances of neighbouring sentences above which a cut is made.</summary>
    /// <value>Default 90.</value>
    public int BreakpointPercentile { get; set; } = 90;

    /// <summary>Whether title and headings stand in front of a chunk when it is embedded.</summary>
    /// <value>Default true.</value>
    public bool ContextualHeader { get; set; } = true;

    /// <summary>Most tokens of title and headings in front of a chunk; longer ones are cut.</summary>
    /// <value>Default 48.</value>
    public int HeaderTokensMax { get; set; } = 48;

    internal ChunkingSettings Settings => new(TokensMax, OverlapTokens)
    {
        Strategy = Strategy,
        TokensMin = TokensMin,
        WindowSentences = WindowSentences,
        BreakpointPercentile = BreakpointPercentile,
        ContextualHeader = ContextualHeader,
    };

    internal IEnumerable<string> Validate()
    {
        foreach (var error in Settings.Validate()) yield return $"Chunking: {error}";
        if (HeaderTokensMax is < 4 or > 256) yield return $"Chunking: HeaderTokensMax is {HeaderTokensMax}. Set it to 4 to 256.";
    }
}
