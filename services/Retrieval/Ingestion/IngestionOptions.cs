namespace Millrace.Retrieval.Ingestion;

/// <summary>Section <c>Retrieval:Ingestion</c>: how documents get into the index.</summary>
public sealed class IngestionOptions
{
    /// <summary>Largest document in bytes.</summary>
    /// <value>Default 8 MiB.</value>
    public int DocumentBytesMax { get; set; } = 8 * 1024 * 1024;

    /// <summary>Most chunks of a document.</summary>
    /// <value>Default 20,000.</value>
    public int ChunksPerDocumentMax { get; set; } = 20_000;

    /// <summary>Most documents that wait to be worked on.</summary>
    /// <value>Default 10,000.</value>
    public int QueuedDocumentsMax { get; set; } = 10_000;

    /// <summary>Documents that are worked on at the same time.</summary>
    /// <value>Default 2.</value>
    public int Workers { get; set; } = 2;

    /// <summary>Chunks that are embedded by one call.</summary>
    /// <value>Default 64.</value>
    public int EmbedBatchSize { get; set; } = 64;

    /// <summary>Time until a document is tried again when the embedding service did not answer; it doubles with each attempt.</summary>
    /// <value>Default 500 ms.</value>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest time until a document is tried again.</summary>
    /// <value>Default 30 seconds.</value>
    public TimeSpan RetryDelayMax { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest time that an upload with <c>wait</c> waits; the answer is then the document as it stands.</summary>
    /// <value>Default 2 minutes.</value>
    public TimeSpan WaitMax { get; set; } = TimeSpan.FromMinutes(2);

    internal TimeSpan DelayAfter(int attempts)
    {
        var doubled = RetryDelay * Math.Pow(2, Math.Min(attempts, 16));
        return doubled < RetryDelayMax ? doubled : RetryDelayMax;
    }

    internal IEnumerable<string> Validate()
    {
        const int BytesMax = 256 * 1024 * 1024;
        if (DocumentBytesMax is < 1 or > BytesMax)
            yield return $"Ingestion:DocumentBytesMax is {DocumentBytesMax}. Set it to 1 to {BytesMax}.";
        if (ChunksPerDocumentMax < 1) yield return $"Ingestion:ChunksPerDocumentMax is {ChunksPerDocumentMax}. Set it to 1 or more.";
        if (QueuedDocumentsMax < 1) yield return $"Ingestion:QueuedDocumentsMax is {QueuedDocumentsMax}. Set it to 1 or more.";
        if (Workers is < 1 or > 64) yield return $"Ingestion:Workers is {Workers}. Set it to 1 to 64.";
        if (EmbedBatchSize is < 1 or > 2048) yield return $"Ingestion:EmbedBatchSize is {EmbedBatchSize}. Set it to 1 to 2048.";
        if (RetryDelay <= TimeSpan.Zero) yield return $"Ingestion:RetryDelay is {RetryDelay}. Set it to more than 0.";
        if (RetryDelayMax < RetryDelay)
            yield return $"Ingestion:RetryDelayMax is {RetryDelayMax}. Set it to RetryDelay ({RetryDelay}) or more.";
        if (WaitMax <= TimeSpan.Zero) yield return $"Ingestion:WaitMax is {WaitMax}. Set it to more than 0.";
    }
}
