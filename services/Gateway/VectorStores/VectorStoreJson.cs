using System.Text.Json;
using System.Text.Json.Serialization;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Gateway.Api.Documents;

namespace Millrace.Gateway.VectorStores;

internal sealed record FileCountsJson(int InProgress, int Completed, int Failed, int Cancelled, int Total);

internal sealed record VectorStoreJson(
    string Id,
    string Object,
    long CreatedAt,
    string Name,
    long UsageBytes,
    FileCountsJson FileCounts,
    string Status,
    string? ExpiresAfter,
    long? ExpiresAt,
    long? LastActiveAt,
    JsonElement Metadata)
{
    public static VectorStoreJson Of(Collection collection, CollectionCounts counts)
    {
        var waiting = (int)(counts.Queued + counts.Processing);
        var total = waiting + (int)(counts.Ready + counts.Failed);
        return new VectorStoreJson(
            collection.Name,
            "vector_store",
            collection.CreatedAt?.Seconds ?? 0,
            collection.Title.Length > 0 ? collection.Title : collection.Name,
            (long)counts.SizeBytes,
            new FileCountsJson(waiting, (int)counts.Ready, (int)counts.Failed, 0, total),
            waiting > 0 ? "in_progress" : "completed",
            null,
            null,
            null,
            MetadataJson.Parse(collection.MetadataJson));
    }
}

internal sealed record VectorStoreListJson(string Object, VectorStoreJson[] Data, string? FirstId, string? LastId, bool HasMore);

internal sealed record StaticChunkingJson(int MaxChunkSizeTokens, int ChunkOverlapTokens);

internal sealed record ChunkingStrategyJson(string Type, StaticChunkingJson? Static)
{
    public static ChunkingStrategyJson Of(ChunkingSettings? chunking) => chunking is null || chunking.ChunkTokensMax == 0
        ? new ChunkingStrategyJson("other", null)
        : new ChunkingStrategyJson(
            "static", new StaticChunkingJson((int)chunking.ChunkTokensMax, (int)chunking.OverlapTokens));
}

internal sealed record FileErrorJson(string Code, string Message);

internal sealed record StoreFileJson(
    string Id,
    string Object,
    long UsageBytes,
    long CreatedAt,
    string VectorStoreId,
    string Status,
    FileErrorJson? LastError,
    ChunkingStrategyJson? ChunkingStrategy,
    JsonElement Attributes)
{
    public static StoreFileJson Of(Document document, ChunkingSettings? chunking = null) => new(
        document.Id,
        "vector_store.file",
        (long)document.SizeBytes,
        document.UpdatedAt?.Seconds ?? 0,
        document.Collection,
        StatusOf(document.State),
        document.State == DocumentState.Failed ? new FileErrorJson("invalid_file", document.Error) : null,
        chunking is null ? null : ChunkingStrategyJson.Of(chunking),
        MetadataJson.Parse(document.MetadataJson, document.Metadata));

    private static string StatusOf(DocumentState state) => state switch
    {
        DocumentState.Ready => "completed",
        DocumentState.Failed => "failed",
        _ => "in_progress",
    };
}

internal sealed record StoreFileListJson(string Object, StoreFileJson[] Data, string? FirstId, string? LastId, bool HasMore);

internal sealed record FileBatchJson(
    string Id, string Object, long CreatedAt, string VectorStoreId, string Status, FileCountsJson FileCounts)
{
    public static FileBatchJson Of(Job job)
    {
        var waiting = (int)(job.QueuedCount + job.ProcessingCount);
        var counts = new FileCountsJson(waiting, (int)job.ReadyCount, (int)job.FailedCount, 0, (int)job.TotalCount);
        return new FileBatchJson(
            job.Id, "vector_store.files_batch", job.CreatedAt?.Seconds ?? 0, job.Collection, StatusOf(job), counts);
    }

    private static string StatusOf(Job job) => job.State switch
    {
        JobState.Cancelled => "cancelled",
        JobState.Completed => "completed",
        JobState.CompletedWithErrors => job.ReadyCount > 0 ? "completed" : "failed",
        _ => "in_progress",
    };
}

internal sealed record StoreDeletedJson(string Id, string Object, bool Deleted);

internal sealed record ContentJson(string Type, string Text);

internal sealed record FoundJson(string FileId, string Filename, double Score, JsonElement Attributes, ContentJson[] Content);

internal sealed record FoundPageJson(string Object, string[] SearchQuery, FoundJson[] Data, bool HasMore, string? NextPage);

internal sealed record ContentPageJson(string Object, ContentJson[] Data, bool HasMore, string? NextPage);

/// <summary>Source-generated JSON of vector stores.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(VectorStoreJson))]
[JsonSerializable(typeof(VectorStoreListJson))]
[JsonSerializable(typeof(StoreFileJson))]
[JsonSerializable(typeof(StoreFileListJson))]
[JsonSerializable(typeof(FileBatchJson))]
[JsonSerializable(typeof(StoreDeletedJson))]
[JsonSerializable(typeof(FoundPageJson))]
[JsonSerializable(typeof(ContentPageJson))]
internal sealed partial class VectorStoreJsonContext : JsonSerializerContext;
