using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Millrace.Retrieval.Index.Embedded;
using Millrace.ServiceDefaults.Errors;
using Qdrant.Client;
using Qdrant.Client.Grpc;

namespace Millrace.Retrieval.Index.Qdrant;

/// <summary>The collections on the server, one for each index.</summary>
internal sealed class QdrantCollections(
    QdrantClient client, QdrantCalls calls, RepairRequests repairs, IOptions<QdrantOptions> options, ILogger<QdrantCollections> logger)
{
    private static readonly Version ServerVersionMin = new(1, 16);

    // More are forgotten all at once: to find one open again takes two calls.
    private const int OpenMax = 10_000;

    private readonly QdrantOptions _options = options.Value;
    private readonly ConcurrentDictionary<IndexId, int> _dimensions = new();
    private volatile bool _serverIsKnown;

    /// <summary>Name of an index's collection. Its tenant is in it by a hash: any name is one that Qdrant takes.</summary>
    public string NameOf(IndexId index)
    {
        const int HashBytes = 16;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(index.Tenant)).AsSpan(0, HashBytes);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{_options.CollectionPrefix}-{Convert.ToHexStringLower(hash)}-{index.Collection}-{index.Generation}");
    }

    /// <summary>Makes an index's collection where there is none, with all of its payload indexes.</summary>
    /// <exception cref="MillraceException">The server is too old or cannot be reached, or the collection has another dimension.</exception>
    public async Task OpenAsync(IndexSettings settings, CancellationToken cancellationToken)
    {
        if (_dimensions.TryGetValue(settings.Id, out var dimension) && dimension == settings.Dimension) return;
        await RequireVersionAsync(cancellationToken);
        var name = NameOf(settings.Id);
        if (!await ExistsAsync(name, cancellationToken)) await CreateAsync(name, settings.Dimension, cancellationToken);
        var info = await calls.RunAsync(
            "describe collection", cancel => client.GetCollectionInfoAsync(name, cancellationToken: cancel), cancellationToken);
        RequireDimension(info, settings);
        foreach (var (field, type) in PayloadIndexes())
            if (!info.PayloadSchema.ContainsKey(field)) await CreatePayloadIndexAsync(name, field, type, cancellationToken);
        if (_dimensions.Count >= OpenMax) _dimensions.Clear();
        _dimensions[settings.Id] = settings.Dimension;
    }

    /// <summary>Whether the index was opened, and not found missing since.</summary>
    public bool IsOpen(IndexId index) => _dimensions.ContainsKey(index);

    /// <summary>The index's collection is not there any more: it is made again when the index is next opened, and filled.</summary>
    public void Lost(IndexId index)
    {
        if (!_dimensions.TryRemove(index, out _)) return;
        QdrantLog.CollectionLost(logger, NameOf(index));
        repairs.Add(index);
    }

    /// <summary>Deletes an index's collection, if there is one.</summary>
    public Task DropAsync(IndexId index, CancellationToken cancellationToken)
    {
        _dimensions.TryRemove(index, out _);
        var name = NameOf(index);
        return calls.RunAsync("delete collection", Delete, cancellationToken);

        async Task Delete(CancellationToken cancel)
        {
            try
            {
                await client.DeleteCollectionAsync(name, cancellationToken: cancel);
                QdrantLog.CollectionDeleted(logger, name);
            }
            catch (QdrantException)
            {
                // The client's way to say that there was none.
            }
        }
    }

    private async Task RequireVersionAsync(CancellationToken cancellationToken)
    {
        if (_serverIsKnown) return;
        var server = await calls.RunAsync("health", cancel => client.HealthAsync(cancellationToken: cancel), cancellationToken);
        if (Version.TryParse(server.Version.Split('-')[0], out var version) && version < ServerVersionMin)
            throw new MillraceException(
                Reason.UpstreamUnavailable,
                $"The vector store is Qdrant {server.Version}, which is too old. Run Qdrant {ServerVersionMin} or newer.");
        _serverIsKnown = true;
    }

    private Task<bool> ExistsAsync(string name, CancellationToken cancellationToken) =>
        calls.RunAsync("find collection", cancel => client.CollectionExistsAsync(name, cancellationToken: cancel), cancellationToken);

    private async Task CreateAsync(string name, int dimension, CancellationToken cancellationToken)
    {
        await calls.RunAsync("create collection", Create, cancellationToken);
        QdrantLog.CollectionCreated(logger, name, dimension);

        async Task Create(CancellationToken cancel)
        {
            try
            {
                await client.CreateCollectionAsync(
                    name,
                    vectorsConfig: new VectorParamsMap { Map = { [QdrantFields.Dense] = DenseField(dimension) } },
                    shardNumber: _options.Storage.Shards,
                    replicationFactor: _options.Storage.Replicas,
                    writeConsistencyFactor: _options.Storage.WriteConfirmations,
                    onDiskPayload: _options.Storage.PayloadOnDisk,
                    sparseVectorsConfig: (QdrantFields.Words, new SparseVectorParams { Modifier = Modifier.Idf }),
                    cancellationToken: cancel);
            }
            catch (RpcException error) when (error.StatusCode is StatusCode.AlreadyExists || IsSecondAttempt(error))
            {
                // Somebody else made it, or an attempt of ours whose answer was lost.
            }
        }
    }

    // Servers have said it with this status too.
    private static bool IsSecondAttempt(RpcException error) =>
        error.StatusCode == StatusCode.InvalidArgument && error.Status.Detail.Contains("already exists", StringComparison.Ordinal);

    private VectorParams DenseField(int dimension) => new()
    {
        Size = (ulong)dimension,
        Distance = Distance.Cosine,
        OnDisk = _options.Storage.VectorsOnDisk,
        HnswConfig = new HnswConfigDiff { M = _options.Graph.Links, EfConstruct = _options.Graph.BuildCandidates },
        QuantizationConfig = _options.Graph.Quantization == QdrantQuantization.None ? null : new QuantizationConfig
        {
            Scalar = new ScalarQuantization { Type = QuantizationType.Int8, AlwaysRam = true },
        },
    };

    private static void RequireDimension(CollectionInfo info, IndexSettings settings)
    {
        var field = info.Config.Params.VectorsConfig?.ParamsMap?.Map.GetValueOrDefault(QdrantFields.Dense);
        if (field?.Size != (ulong)settings.Dimension)
            throw new MillraceException(
                Reason.AlreadyExists,
                $"The index in the vector store (Qdrant) has vectors of {field?.Size ?? 0} numbers, and the embedding model makes "
                + $"{settings.Dimension}. Reindex the collection with the model that is to be used.");
    }

    private IEnumerable<(string Field, PayloadSchemaType Type)> PayloadIndexes()
    {
        yield return (QdrantFields.Document, PayloadSchemaType.Integer);
        yield return (QdrantFields.Labels, PayloadSchemaType.Keyword);
        foreach (var (key, kind) in _options.IndexedKeys)
            yield return kind == QdrantKeyKind.Instant
                ? (QdrantFields.InstantsPath(key), PayloadSchemaType.Datetime)
                : (QdrantFields.ValuesPath(key), TypeOf(kind));
    }

    private static PayloadSchemaType TypeOf(QdrantKeyKind kind) => kind switch
    {
        QdrantKeyKind.Number => PayloadSchemaType.Float,
        QdrantKeyKind.Boolean => PayloadSchemaType.Bool,
        _ => PayloadSchemaType.Keyword,
    };

    private Task<UpdateResult> CreatePayloadIndexAsync(
        string name, string field, PayloadSchemaType type, CancellationToken cancellationToken) =>
        calls.RunAsync(
            "create payload index",
            cancel => client.CreatePayloadIndexAsync(name, field, schemaType: type, cancellationToken: cancel),
            cancellationToken);
}
