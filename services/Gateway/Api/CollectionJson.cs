using System.Text.Json.Serialization;
using Millrace.Contracts.Retrieval.V1;

namespace Millrace.Gateway.Api;

internal sealed record CollectionJson(
    string Object,
    string Name,
    string EmbeddingModel,
    ChunkingJson Chunking,
    int DocumentCount,
    int ChunkCount,
    long CreatedAt)
{
    public static CollectionJson Of(Collection collection) => new(
        "collection",
        collection.Name,
        collection.EmbeddingModel,
        new ChunkingJson((int)(collection.Chunking?.ChunkTokensMax ?? 0), (int)(collection.Chunking?.OverlapTokens ?? 0)),
        (int)collection.DocumentCount,
        (int)collection.ChunkCount,
        collection.CreatedAt?.Seconds ?? 0);
}

internal sealed record ChunkingJson(int ChunkTokensMax, int OverlapTokens);

internal sealed record CollectionListJson(string Object, CollectionJson[] Data);

internal sealed record DeletedJson(string Object, string Id, bool Deleted);

internal sealed record DocumentJson(
    string Object,
    string Id,
    string Collection,
    string Title,
    string MediaType,
    long SizeBytes,
    string Sha256,
    int Version,
    int ChunkCount,
    string State,
    string? Error,
    long UpdatedAt,
    Dictionary<string, string> Metadata)
{
    public static DocumentJson Of(Document document) => new(
        "document",
        document.Id,
        document.Collection,
        document.Title,
        document.MediaType,
        (long)document.SizeBytes,
        document.Sha256,
        (int)document.Version,
        (int)document.ChunkCount,
        StateName(document.State),
        document.Error.Length == 0 ? null : document.Error,
        document.UpdatedAt?.Seconds ?? 0,
        document.Metadata.ToDictionary());

    private static string StateName(DocumentState state) => state switch
    {
        DocumentState.Queued => "queued",
        DocumentState.Processing => "processing",
        DocumentState.Ready => "ready",
        DocumentState.Failed => "failed",
        _ => "unknown",
    };
}

internal sealed record DocumentListJson(string Object, DocumentJson[] Data, bool HasMore, string? NextPageToken);

/// <summary>Source-generated JSON of collections and documents.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CollectionJson))]
[JsonSerializable(typeof(CollectionListJson))]
[JsonSerializable(typeof(DeletedJson))]
[JsonSerializable(typeof(DocumentJson))]
[JsonSerializable(typeof(DocumentListJson))]
internal sealed partial class CollectionJsonContext : JsonSerializerContext;
