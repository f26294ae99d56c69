namespace Millrace.Retrieval.Ingestion;

/// <summary>Section <c>Retrieval:Ingestion</c>: how documents get into the index.</summary>
public sealed class IngestionOptions
{
    /// <summary>Largest document in bytes.</summary>
    /// <value>Default 8 MiB.</value>
    public int DocumentBytesMax { get; set; } = 8 * 1024 * 1024;

    /// <summary>Most bytes of all uploads that arrive or are being stored at the same time; more are refused for the moment.</summary>
    /// <value>Default 256 MiB; at least DocumentBytesMax.</value>
    public long UploadBytesMax { get; set; } = 256L * 1024 * 1024;

    /// <summary>Most chunks of a document.</summary>
    /// <value>Default 20,000.</value>
    public int ChunksPerDocumentMax { get; set; } = 20_000;

    /// <summary>Most documents that wait to be worked on.</summary>
    /// <value>Default 100,000.</value>
    public int QueuedDocumentsMax { get; set; } = 100_000;

    /// <summary>Most documents of one tenant that wait to be worked on.</summary>
    /// <value>Default 20,000.</value>
    public int QueuedDocumentsPerTenantMax { get; set; } = 20_000;

    /// <summary>Documents that are worked on at the same time. Those that are small share calls of the embedding service.</summary>
    /// <value>Default 8.</value>
    public int Workers { get; set; } = 8;

    /// <summary>Documents that are worked on at the same time to index collections anew.</summary>
    /// <value>Default 4.</value>
    public int ReindexWorkers { get; set; } = 4;

    /// <summary>Chunks that are embedded by one call.</summary>
    /// <value>Default 64.</value>
    public int EmbedBatchSize { get; set; } = 64;

    /// <summary>Calls of the embedding service at the same time.</summary>
    /// <value>Default 2, so that it has the next one when it ends one.</value>
    public int EmbedCallsMax { get; set; } = 2;

    /// <summary>Chunks of a document that are held in memory with their vectors; a larger document is stored slice by slice.</summary>
    /// <value>Default 512.</value>
    public int SliceChunks { get; set; } = 512;

    /// <summary>Versions of a document whose text is kept, so that citations of them can be read.</summary>
    /// <value>Default 5.</value>
    public int VersionsKept { get; set; } = 5;

    /// <summary>Time until a document is tried again when the embedding service did not answer; it doubles with each attempt.</summary>
    /// <value>Default 500 ms.</value>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest time until a document is tried again.</summary>
    /// <value>Default 30 seconds.</value>
    public TimeSpan RetryDelayMax { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest time that an upload with <c>wait</c> waits; the answer is then the document as it stands.</summary>
    /// <value>Default 2 minutes.</value>
    public TimeSpan WaitMax { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Longest time that a change of metadata or labels waits for the index. Lost labels count at once in any case.</summary>
    /// <value>Default 5 seconds.</value>
    public TimeSpan UpdateWaitMax { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an index is kept that was replaced by another, for searches that began before.</summary>
    /// <value>Default 1 minute.</value>
    public TimeSpan RetiredIndexAge { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Most jobs of a collection.</summary>
    /// <value>Default 1,000; the oldest that is done makes room.</value>
    public int JobsPerCollectionMax { get; set; } = 1_000;

    /// <summary>How long a job is kept that is done.</summary>
    /// <value>Default 30 days.</value>
    public TimeSpan JobAgeMax { get; set; } = TimeSpan.FromDays(30);

    internal TimeSpan DelayAfter(int attempts)
    {
        var doubled = RetryDelay * Math.Pow(2, Math.Clamp(attempts, 0, 16));
        return doubled < RetryDelayMax ? doubled : RetryDelayMax;
    }

    internal IEnumerable<string> Validate()
    {
        const int BytesMax = 256 * 1024 * 1024;
        return
        [
            .. InRange(nameof(DocumentBytesMax), DocumentBytesMax, 1, BytesMax),
            .. UploadBytesMax < DocumentBytesMax
                ? [$"Ingestion:UploadBytesMax is {UploadBytesMax}. Set it to DocumentBytesMax ({DocumentBytesMax}) or more."]
                : Array.Empty<string>(),
            .. InRange(nameof(ChunksPerDocumentMax), ChunksPerDocumentMax, 1, 10_000_000),
            .. InRange(nameof(QueuedDocumentsMax), QueuedDocumentsMax, 1, int.MaxValue),
            .. InRange(nameof(QueuedDocumentsPerTenantMax), QueuedDocumentsPerTenantMax, 1, int.MaxValue),
            .. InRange(nameof(Workers), Workers, 1, 64),
            .. InRange(nameof(ReindexWorkers), ReindexWorkers, 1, 64),
            .. InRange(nameof(EmbedBatchSize), EmbedBatchSize, 1, 2048),
            .. InRange(nameof(EmbedCallsMax), EmbedCallsMax, 1, 64),
            .. InRange(nameof(SliceChunks), SliceChunks, 1, 100_000),
            .. InRange(nameof(VersionsKept), VersionsKept, 1, 1000),
            .. InRange(nameof(JobsPerCollectionMax), JobsPerCollectionMax, 1, 1_000_000),
            .. Positive(nameof(RetryDelay), RetryDelay),
            .. RetryDelayMax < RetryDelay
                ? [$"Ingestion:RetryDelayMax is {RetryDelayMax}. Set it to RetryDelay ({RetryDelay}) or more."]
                : Array.Empty<string>(),
            .. Positive(nameof(WaitMax), WaitMax),
            .. Positive(nameof(UpdateWaitMax), UpdateWaitMax),
            .. Positive(nameof(RetiredIndexAge), RetiredIndexAge),
            .. Positive(nameof(JobAgeMax), JobAgeMax),
        ];
    }

    private static IEnumerable<string> InRange(string name, int value, int min, int max)
    {
        if (value < min || value > max) yield return $"Ingestion:{name} is {value}. Set it to {min} to {max}.";
    }

    private static IEnumerable<string> Positive(string name, TimeSpan value)
    {
        if (value <= TimeSpan.Zero) yield return $"Ingestion:{name} is {value}. Set it to more than 0.";
    }
}
