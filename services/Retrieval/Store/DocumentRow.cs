namespace Millrace.Retrieval.Store;

/// <summary>A row of the documents table, with the names around it.</summary>
internal sealed class DocumentRow
{
    /// <summary>Everything but the bytes.</summary>
    public const string Select = """
        SELECT d.row AS Row, d.collection AS CollectionRow, c.tenant AS Tenant, c.name AS CollectionName, d.document_id AS DocumentId,
            d.title AS Title, d.media_type AS MediaType, d.sha256 AS Sha256, d.version AS Version, d.indexed_version AS IndexedVersion,
            d.state AS State, d.error AS Error, d.attempts AS Attempts, d.updated_at_ms AS UpdatedAtMs, d.metadata AS Metadata,
            d.labels AS Labels, d.size_bytes AS SizeBytes, d.chunk_count AS ChunkCount, coalesce(j.id, '') AS JobId
        FROM documents d JOIN collections c ON c.row = d.collection LEFT JOIN jobs j ON j.row = d.job
        """;

    public long Row { get; init; }

    public long CollectionRow { get; init; }

    public string Tenant { get; init; } = "";

    public string CollectionName { get; init; } = "";

    public string DocumentId { get; init; } = "";

    public string Title { get; init; } = "";

    public string MediaType { get; init; } = "";

    public string Sha256 { get; init; } = "";

    public int Version { get; init; }

    public int IndexedVersion { get; init; }

    public DocumentState State { get; init; }

    public string Error { get; init; } = "";

    public int Attempts { get; init; }

    public long UpdatedAtMs { get; init; }

    public string Metadata { get; init; } = "{}";

    public string Labels { get; init; } = "[]";

    public long SizeBytes { get; init; }

    public int ChunkCount { get; init; }

    public string JobId { get; init; } = "";

    /// <summary>The document that the row stands for.</summary>
    public StoredDocument ToDocument() => new()
    {
        Row = Row,
        Key = new DocumentKey(new CollectionKey(Tenant, CollectionName), DocumentId),
        Title = Title,
        MediaType = MediaType,
        SizeBytes = SizeBytes,
        Sha256 = Sha256,
        Version = Version,
        IndexedVersion = IndexedVersion,
        ChunkCount = ChunkCount,
        State = State,
        Error = Error,
        Attempts = Attempts,
        UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(UpdatedAtMs),
        Metadata = StoreJson.Object(Metadata),
        AccessLabels = StoreJson.List(Labels),
        JobId = JobId,
    };
}
