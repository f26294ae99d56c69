namespace Millrace.Retrieval.Chunking;

/// <summary>How the documents of a collection are cut.</summary>
/// <param name="TokensMax">Most tokens of a chunk, counted by the embedding model.</param>
/// <param name="OverlapTokens">Tokens that neighbouring chunks of a section share at most; whole sentences only.</param>
internal sealed record ChunkingSettings(int TokensMax, int OverlapTokens)
{
    /// <summary>Smallest chunk: below it, a single emoji sequence could be too long.</summary>
    public const int TokensMaxLowest = 16;

    /// <summary>Largest chunk.</summary>
    public const int TokensMaxHighest = 8192;

    /// <summary>All errors, each with its remedy; none when the settings are valid.</summary>
    public IEnumerable<string> Validate()
    {
        if (TokensMax is < TokensMaxLowest or > TokensMaxHighest)
            yield return $"chunk_tokens_max is {TokensMax}. Set it to {TokensMaxLowest} to {TokensMaxHighest}.";
        if (OverlapTokens < 0 || OverlapTokens > TokensMax / 2)
            yield return $"overlap_tokens is {OverlapTokens}. Set it to 0 to {TokensMax / 2}, half of chunk_tokens_max.";
    }
}
