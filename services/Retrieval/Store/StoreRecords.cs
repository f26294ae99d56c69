using Millrace.Retrieval.Chunking;

namespace Millrace.Retrieval.Store;

/// <summary>Names a collection. The tenant is part of every key, so that no call can forget it.</summary>
/// <param name="Tenant">Its owner.</param>
/// <param name="Name">Its name, unique for the tenant.</param>
internal readonly record struct CollectionKey(string Tenant, string Name);

/// <summary>Names a document.</summary>
/// <param name="Collection">Its collection.</param>
/// <param name="DocumentId">Its id, unique in the collection.</param>
internal readonly record struct DocumentKey(CollectionKey Collection, string DocumentId);

/// <summary>A collection as it stands.</summary>
internal sealed record StoredCollection
{
    /// <summary>Its row, the key of its index and of its vectors.</summary>
    public required long Row { get; init; }

    /// <summary>Its name.</summary>
    public required CollectionKey Key { get; init; }

    /// <summary>The embedding model of its vectors; empty for the default model until the first document tells its name.</summary>
    public required string EmbeddingModel { get; init; }

    /// <summary>How its documents are cut.</summary>
    public required ChunkingSettings Chunking { get; init; }

    /// <summary>Number of documents.</summary>
    public required int DocumentCount { get; init; }

    /// <summary>Number of chunks.</summary>
    public required int ChunkCount { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Where a document stands on its way into the index. The numbers are stored.</summary>
internal enum DocumentState
{
    Queued = 1,
    Processing = 2,
    Ready = 3,
    Failed = 4,
}

/// <summary>A document as it stands, without its bytes.</summary>
internal sealed record StoredDocument
{
    /// <summary>Its name.</summary>
    public required DocumentKey Key { get; init; }

    /// <summary>Its title; its id until it is parsed.</summary>
    public required string Title { get; init; }

    /// <summary>Its media type.</summary>
    public required string MediaType { get; init; }

    /// <summary>Size of the original in bytes.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>SHA-256 of the original, in lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Rises by one with each change of content, from 1.</summary>
    public required int Version { get; init; }

    /// <summary>Number of its chunks in the index.</summary>
    public required int ChunkCount { get; init; }

    /// <summary>Where it stands.</summary>
    public required DocumentState State { get; init; }

    /// <summary>Why it failed, or why it still waits; empty if neither.</summary>
    public required string Error { get; init; }

    /// <summary>When its content last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>What the application said of it.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
}

/// <summary>A document that is to be stored.</summary>
/// <param name="Key">Its name.</param>
/// <param name="MediaType">Its media type.</param>
/// <param name="Sha256">SHA-256 of <paramref name="Content"/>, in lower-case hexadecimal.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="Metadata">What the application says of it.</param>
internal sealed record NewDocument(
    DocumentKey Key, string MediaType, string Sha256, byte[] Content, IReadOnlyDictionary<string, string> Metadata);

/// <summary>A document whose turn it is.</summary>
/// <param name="Row">Its row.</param>
/// <param name="Collection">Its collection.</param>
/// <param name="Document">What is known of it.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="Attempts">How often it was tried before.</param>
internal sealed record ClaimedDocument(long Row, StoredCollection Collection, StoredDocument Document, byte[] Content, int Attempts);

/// <summary>A chunk with everything that the index needs.</summary>
/// <param name="Chunk">Where it stands in its document.</param>
/// <param name="Text">Its text.</param>
/// <param name="Vector">Its embedding, of length 1.</param>
internal sealed record IndexedChunk(Chunk Chunk, string Text, ReadOnlyMemory<float> Vector);

/// <summary>A document that is ready for the index.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Text">Its whole text, into which the chunks' offsets point.</param>
/// <param name="EmbeddingModel">The model of the vectors; empty when there are no chunks.</param>
/// <param name="Chunks">Its chunks, in order.</param>
internal sealed record IndexedDocument(string Title, string Text, string EmbeddingModel, IReadOnlyList<IndexedChunk> Chunks);

/// <summary>A chunk as a search returns it.</summary>
internal sealed record StoredPassage
{
    /// <summary>Its row.</summary>
    public required long Row { get; init; }

    /// <summary>Its document.</summary>
    public required DocumentKey Document { get; init; }

    /// <summary>Version of the document that was indexed.</summary>
    public required int DocumentVersion { get; init; }

    /// <summary>Its place among the document's chunks, from 0.</summary>
    public required int Ordinal { get; init; }

    /// <summary>Title of the document.</summary>
    public required string Title { get; init; }

    /// <summary>Headings above it, outermost first.</summary>
    public required IReadOnlyList<string> Breadcrumb { get; init; }

    /// <summary>Its text.</summary>
    public required string Text { get; init; }

    /// <summary>Offset of its first UTF-16 code unit in the document's text.</summary>
    public required int Start { get; init; }

    /// <summary>Its tokens, counted by the embedding model.</summary>
    public required int TokenCount { get; init; }

    /// <summary>Its id: the same as long as the document's content is.</summary>
    public string ChunkId =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Document.DocumentId}#v{DocumentVersion}.{Ordinal}");
}
