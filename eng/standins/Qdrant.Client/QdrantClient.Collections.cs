using Qdrant.Client.Grpc;

namespace Qdrant.Client;

public partial class QdrantClient
{
    /// <summary>Makes a collection with one dense vector field without a name.</summary>
    /// <remarks>Servers have dropped <paramref name="initFromCollection"/>, so it is not sent.</remarks>
    public Task CreateCollectionAsync(
        string collectionName, VectorParams vectorsConfig, uint shardNumber = 1, uint replicationFactor = 1,
        uint writeConsistencyFactor = 1, bool onDiskPayload = false, HnswConfigDiff? hnswConfig = null,
        OptimizersConfigDiff? optimizersConfig = null, WalConfigDiff? walConfig = null, QuantizationConfig? quantizationConfig = null,
        string? initFromCollection = null, ShardingMethod? shardingMethod = null, SparseVectorConfig? sparseVectorsConfig = null,
        StrictModeConfig? strictModeConfig = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        CreateCollection(
            new CreateCollection
            {
                CollectionName = collectionName,
                VectorsConfig = new VectorsConfig { Params = vectorsConfig },
                ShardNumber = shardNumber,
                ReplicationFactor = replicationFactor,
                WriteConsistencyFactor = writeConsistencyFactor,
                OnDiskPayload = onDiskPayload,
                HnswConfig = hnswConfig,
                OptimizersConfig = optimizersConfig,
                WalConfig = walConfig,
                QuantizationConfig = quantizationConfig,
                SparseVectorsConfig = sparseVectorsConfig,
                StrictModeConfig = strictModeConfig,
            },
            shardingMethod, timeout, cancellationToken);

    /// <summary>Makes a collection with dense vector fields by name; with none for a collection of sparse vectors only.</summary>
    /// <remarks>Servers have dropped <paramref name="initFromCollection"/>, so it is not sent.</remarks>
    public Task CreateCollectionAsync(
        string collectionName, VectorParamsMap? vectorsConfig = null, uint shardNumber = 1, uint replicationFactor = 1,
        uint writeConsistencyFactor = 1, bool onDiskPayload = false, HnswConfigDiff? hnswConfig = null,
        OptimizersConfigDiff? optimizersConfig = null, WalConfigDiff? walConfig = null, QuantizationConfig? quantizationConfig = null,
        string? initFromCollection = null, ShardingMethod? shardingMethod = null, SparseVectorConfig? sparseVectorsConfig = null,
        StrictModeConfig? strictModeConfig = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        CreateCollection(
            new CreateCollection
            {
                CollectionName = collectionName,
                VectorsConfig = vectorsConfig is null ? null : new VectorsConfig { ParamsMap = vectorsConfig },
                ShardNumber = shardNumber,
                ReplicationFactor = replicationFactor,
                WriteConsistencyFactor = writeConsistencyFactor,
                OnDiskPayload = onDiskPayload,
                HnswConfig = hnswConfig,
                OptimizersConfig = optimizersConfig,
                WalConfig = walConfig,
                QuantizationConfig = quantizationConfig,
                SparseVectorsConfig = sparseVectorsConfig,
                StrictModeConfig = strictModeConfig,
            },
            shardingMethod, timeout, cancellationToken);

    public async Task<CollectionInfo> GetCollectionInfoAsync(string collectionName, CancellationToken cancellationToken = default)
    {
        var request = new GetCollectionInfoRequest { CollectionName = collectionName };
        return (await Call(_collections.GetAsync, request, cancellationToken).ConfigureAwait(false)).Result;
    }

    public async Task<IReadOnlyList<string>> ListCollectionsAsync(CancellationToken cancellationToken = default)
    {
        var response = await Call(_collections.ListAsync, new ListCollectionsRequest(), cancellationToken).ConfigureAwait(false);
        return [.. response.Collections.Select(collection => collection.Name)];
    }

    public async Task<bool> CollectionExistsAsync(string collectionName, CancellationToken cancellationToken = default)
    {
        var request = new CollectionExistsRequest { CollectionName = collectionName };
        return (await Call(_collections.CollectionExistsAsync, request, cancellationToken).ConfigureAwait(false)).Result.Exists;
    }

    /// <exception cref="QdrantException">The collection did not exist.</exception>
    public async Task DeleteCollectionAsync(
        string collectionName, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var request = new DeleteCollection { CollectionName = collectionName };
        if (timeout is { } limit) request.Timeout = WholeSeconds(limit);
        var response = await Call(_collections.DeleteAsync, request, cancellationToken).ConfigureAwait(false);
        if (!response.Result) throw new QdrantException($"Collection '{collectionName}' could not be deleted");
    }

    private async Task CreateCollection(
        CreateCollection request, ShardingMethod? shardingMethod, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        if (shardingMethod is { } method) request.ShardingMethod = method;
        if (timeout is { } limit) request.Timeout = WholeSeconds(limit);
        var response = await Call(_collections.CreateAsync, request, cancellationToken).ConfigureAwait(false);
        if (!response.Result) throw new QdrantException($"Collection '{request.CollectionName}' could not be created");
    }
}
