using System.Text.Json;
using Millrace.Retrieval.Filtering;

namespace Millrace.Retrieval.Store;

/// <summary>Names a document.</summary>
/// <param name="Collection">Its collection.</param>
/// <param name="DocumentId">Its id, unique in the collection.</param>
internal readonly record struct DocumentKey(CollectionKey Collection, string DocumentId);

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
    /// <summary>Its row, never used again.</summary>
    public required long Row { get; init; }

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

    /// <summary>The version that is found; 0 while none is.</summary>
    public required int IndexedVersion { get; init; }

    /// <summary>Number of its chunks in the index.</summary>
    public required int ChunkCount { get; init; }

    /// <summary>Where it stands.</summary>
    public required DocumentState State { get; init; }

    /// <summary>Why it failed, or why it still waits; empty if neither.</summary>
    public required string Error { get; init; }

    /// <summary>How often its content was tried.</summary>
    public required int Attempts { get; init; }

    /// <summary>When its content last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>What the application said of it: a JSON object.</summary>
    public required JsonElement Metadata { get; init; }

    /// <summary>Labels of which a caller must hold one; none for everybody.</summary>
    public required IReadOnlyList<string> AccessLabels { get; init; }

    /// <summary>Id of the job that it was uploaded for; empty for none.</summary>
    public required string JobId { get; init; }

    /// <summary>What decides whether it may be found.</summary>
    public DocumentAttributes Attributes => new(Row, Key.DocumentId, MediaType, Title, UpdatedAt, Metadata, AccessLabels);
}

/// <summary>A document that is to be stored.</summary>
internal sealed record NewDocument
{
    /// <summary>Its name.</summary>
    public required DocumentKey Key { get; init; }

    /// <summary>Its media type.</summary>
    public required string MediaType { get; init; }

    /// <summary>SHA-256 of <see cref="Content"/>, in lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Its bytes.</summary>
    public required byte[] Content { get; init; }

    /// <summary>What the application says of it: a JSON object.</summary>
    public required JsonElement Metadata { get; init; }

    /// <summary>Labels of which a caller must hold one.</summary>
    public required IReadOnlyList<string> AccessLabels { get; init; }

    /// <summary>Id of its job; empty for none.</summary>
    public string JobId { get; init; } = "";
}

/// <summary>What is to be said of a document from now on.</summary>
/// <param name="Metadata">The new metadata; null to keep it.</param>
/// <param name="AccessLabels">The new labels; null to keep them.</param>
internal sealed record DocumentChange(JsonElement? Metadata, IReadOnlyList<string>? AccessLabels);

/// <summary>A document that is to be brought into a generation.</summary>
/// <param name="Document">What is known of it.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="Collection">Its collection, as it stood then.</param>
/// <param name="Generation">The generation.</param>
internal sealed record ClaimedDocument(
    StoredDocument Document, byte[] Content, StoredCollection Collection, StoredGeneration Generation)
{
    /// <summary>Row of the document.</summary>
    public long Row => Document.Row;

    /// <summary>Whether the generation is being built, and not searched yet.</summary>
    public bool IsBuild => Generation.Row != Collection.Active.Row;

    /// <summary>The same document for the generation that is being built beside the active one; null where none is.</summary>
    public ClaimedDocument? Beside =>
        !IsBuild && Collection.Reindexing is { Error: "" } going ? this with { Generation = going.Generation } : null;
}
