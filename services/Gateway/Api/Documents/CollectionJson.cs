using System.Text.Json.Serialization;
using Millrace.Contracts.Retrieval.V1;

namespace Millrace.Gateway.Api.Documents;

internal sealed record CollectionJson(
    string Object,
    string Name,
    string EmbeddingModel,
    int Dimension,
    string Description,
    ChunkingJson Chunking,
    int DocumentCount,
    int ChunkCount,
    long CreatedAt,
    ReindexingJson? Reindexing)
{
    public static CollectionJson Of(Collection collection) => new(
        "collection",
        collection.Name,
        collection.EmbeddingModel,
        (int)collection.Dimension,
        collection.Description,
        ChunkingJson.Of(collection.Chunking),
        (int)collection.DocumentCount,
        (int)collection.ChunkCount,
        collection.CreatedAt?.Seconds ?? 0,
        collection.Reindexing is { } reindexing ? ReindexingJson.Of(reindexing) : null);
}

internal sealed record ReindexingJson(
    string EmbeddingModel, int Dimension, ChunkingJson Chunking, int DocumentsDone, int DocumentsTotal, string? Error)
{
    public static ReindexingJson Of(Reindexing reindexing) => new(
        reindexing.EmbeddingModel,
        (int)reindexing.Dimension,
        ChunkingJson.Of(reindexing.Chunking),
        (int)reindexing.DocumentsDone,
        (int)reindexing.DocumentsTotal,
        reindexing.Error.Length == 0 ? null : reindexing.Error);
}

internal sealed record ChunkingJson(
    string Strategy,
    int ChunkTokensMax,
    int ChunkTokensMin,
    int OverlapTokens,
    int WindowSentences,
    int BreakpointPercentile,
    bool ContextualHeader)
{
    public static ChunkingJson Of(ChunkingSettings? settings) => settings is null ? Of(new ChunkingSettings()) : new ChunkingJson(
        ChunkingFields.Name(settings.Strategy),
        (int)settings.ChunkTokensMax,
        (int)settings.ChunkTokensMin,
        (int)settings.OverlapTokens,
        (int)settings.WindowSentences,
        (int)settings.BreakpointPercentile,
        !settings.HasContextualHeader || settings.ContextualHeader);
}

internal sealed record CollectionListJson(string Object, CollectionJson[] Data);

internal sealed record DeletedJson(string Object, string Id, bool Deleted);

/// <summary>Source-generated JSON of collections.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CollectionJson))]
[JsonSerializable(typeof(CollectionListJson))]
[JsonSerializable(typeof(DeletedJson))]
internal sealed partial class CollectionJsonContext : JsonSerializerContext;
