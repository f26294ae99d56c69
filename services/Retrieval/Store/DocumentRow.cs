using System.Text.Json;

namespace Millrace.Retrieval.Store;

/// <summary>A row of the documents table.</summary>
internal sealed class DocumentRow
{
    /// <summary>The columns, without the bytes.</summary>
    public const string Columns = """
        d.row AS Row, d.collection AS CollectionRow, d.document_id AS DocumentId, d.title AS Title, d.media_type AS MediaType,
        d.sha256 AS Sha256,
        d.version AS Version, d.state AS State, d.error AS Error, d.attempts AS Attempts, d.updated_at_ms AS UpdatedAtMs,
        d.metadata AS Metadata,
        d.size_bytes AS SizeBytes, d.chunk_count AS ChunkCount
        """;

    public long Row { get; init; }

    public long CollectionRow { get; init; }

    public string DocumentId { get; init; } = "";

    public string Title { get; init; } = "";

    public string MediaType { get; init; } = "";

    public string Sha256 { get; init; } = "";

    public int Version { get; init; }

    public DocumentState State { get; init; }

    public string Error { get; init; } = "";

    public int Attempts { get; init; }

    public long UpdatedAtMs { get; init; }

    public string Metadata { get; init; } = "{}";

    public long SizeBytes { get; init; }

    public int ChunkCount { get; init; }

    /// <summary>The document that the row stands for.</summary>
    public StoredDocument ToDocument(CollectionKey collection) => new()
    {
        Key = new DocumentKey(collection, DocumentId),
        Title = Title,
        MediaType = MediaType,
        SizeBytes = SizeBytes,
        Sha256 = Sha256,
        Version = Version,
        ChunkCount = ChunkCount,
        State = State,
        Error = Error,
        UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(UpdatedAtMs),
        Metadata = StoreJson.Metadata(Metadata),
    };
}

/// <summary>The lists and maps that are stored as JSON.</summary>
internal static class StoreJson
{
    public static string Of(IReadOnlyDictionary<string, string> metadata) =>
        JsonSerializer.Serialize(metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal).ToDictionary());

    public static string Of(IReadOnlyList<string> breadcrumb) => JsonSerializer.Serialize(breadcrumb);

    public static Dictionary<string, string> Metadata(string json) => JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? [];

    public static string[] Breadcrumb(string json) => JsonSerializer.Deserialize<string[]>(json) ?? [];
}
