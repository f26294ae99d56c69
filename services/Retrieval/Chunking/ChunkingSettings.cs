namespace Millrace.Retrieval.Chunking;

/// <summary>How documents are cut. The numbers are stored.</summary>
public enum ChunkingStrategy
{
    /// <summary>Paragraphs, lines, sentences, words: each only where the larger unit is too long.</summary>
    Recursive = 1,

    /// <summary>Paragraphs; short ones are joined up to a minimum.</summary>
    Paragraph = 2,

    /// <summary>Along headings: a whole subtree where it fits, else its sections.</summary>
    Markdown = 3,

    /// <summary>One sentence is ranked; what is found is it with its neighbours.</summary>
    SentenceWindow = 4,

    /// <summary>Where the meaning of neighbouring sentences changes most.</summary>
    Semantic = 5,

    /// <summary>Runs of tokens of one size.</summary>
    Fixed = 6,
}

/// <summary>How the documents of a collection are cut.</summary>
/// <param name="TokensMax">Most tokens of a chunk, counted by the embedding model.</param>
/// <param name="OverlapTokens">Tokens that neighbouring chunks of a section share at most; whole sentences only.</param>
internal sealed record ChunkingSettings(int TokensMax, int OverlapTokens)
{
    /// <summary>Smallest chunk: below it, a single emoji sequence could be too long.</summary>
    public const int TokensMaxLowest = 16;

    /// <summary>Largest chunk.</summary>
    public const int TokensMaxHighest = 8192;

    /// <summary>Which way.</summary>
    public ChunkingStrategy Strategy { get; init; } = ChunkingStrategy.Recursive;

    /// <summary>For paragraphs: fewest tokens of a chunk where there is more text to join.</summary>
    public int TokensMin { get; init; } = 48;

    /// <summary>For sentence windows: sentences on each side of the one that is ranked.</summary>
    public int WindowSentences { get; init; } = 2;

    /// <summary>For semantic cuts: percentile of the distances above which a cut is made.</summary>
    public int BreakpointPercentile { get; init; } = 90;

    /// <summary>Whether title and headings stand in front of a chunk when it is embedded.</summary>
    public bool ContextualHeader { get; init; } = true;

    /// <summary>All errors, each with its remedy; none when the settings are valid.</summary>
    public IEnumerable<string> Validate()
    {
        if (TokensMax is < TokensMaxLowest or > TokensMaxHighest)
            yield return $"chunk_tokens_max is {TokensMax}. Set it to {TokensMaxLowest} to {TokensMaxHighest}.";
        if (OverlapTokens < 0 || OverlapTokens > TokensMax / 2)
            yield return $"overlap_tokens is {OverlapTokens}. Set it to 0 to {TokensMax / 2}, half of chunk_tokens_max.";
        if (!Enum.IsDefined(Strategy)) yield return $"strategy {(int)Strategy} is not known. Use one that the API lists.";
        if (Strategy == ChunkingStrategy.Paragraph && (TokensMin < 1 || TokensMin > TokensMax))
            yield return $"chunk_tokens_min is {TokensMin}. Set it to 1 to {TokensMax}, which is chunk_tokens_max.";
        if (WindowSentences is < 1 or > 16) yield return $"window_sentences is {WindowSentences}. Set it to 1 to 16.";
        if (BreakpointPercentile is < 50 or > 99) yield return $"breakpoint_percentile is {BreakpointPercentile}. Set it to 50 to 99.";
    }
}
