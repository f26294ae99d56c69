using Qdrant.Client.Grpc;

namespace Qdrant.Client;

public partial class QdrantClient
{
    /// <summary>Writes points; those whose id exists are replaced.</summary>
    public async Task<UpdateResult> UpsertAsync(
        string collectionName, IReadOnlyList<PointStruct> points, bool wait = true, WriteOrderingType? ordering = null,
        ShardKeySelector? shardKeySelector = null, CancellationToken cancellationToken = default)
    {
        var request = new UpsertPoints
        {
            CollectionName = collectionName,
            Wait = wait,
            Points = { points },
            Ordering = Ordering(ordering),
            ShardKeySelector = shardKeySelector,
        };
        return (await Call(_points.UpsertAsync, request, cancellationToken).ConfigureAwait(false)).Result;
    }

    public Task<UpdateResult> DeleteAsync(
        string collectionName, ulong id, bool wait = true, WriteOrderingType? ordering = null,
        ShardKeySelector? shardKeySelector = null, CancellationToken cancellationToken = default) =>
        DeleteAsync(collectionName, (IReadOnlyList<PointId>)[id], wait, ordering, shardKeySelector, cancellationToken);

    public Task<UpdateResult> DeleteAsync(
        string collectionName, Guid id, bool wait = true, WriteOrderingType? ordering = null,
        ShardKeySelector? shardKeySelector = null, CancellationToken cancellationToken = default) =>
        DeleteAsync(collectionName, (IReadOnlyList<PointId>)[id], wait, ordering, shardKeySelector, cancellationToken);

    public Task<UpdateResult> DeleteAsync(
        string collectionName, PointId id, bool wait = true, WriteOrderingType? ordering = null,
        ShardKeySelector? shardKeySelector = null, CancellationToken cancellationToken = default) =>
        DeleteAsync(collectionName, (IReadOnlyList<PointId>)[id], wait, ordering, shardKeySelector, cancellationToken);

    public Task<UpdateResult> DeleteAsync(
        string collectionName, IReadOnlyList<ulong> ids, bool wait = true, WriteOrderingType? ordering = null,
        ShardKeySelector? shardKeySelector = null, CancellationToken cancellationToken = default) =>
        DeleteAsync(collectionName, (IReadOnlyList<PointId>)[.. ids], wait, ordering, shardKeySelector, cancellationToken);

    public Task<UpdateResult> DeleteAsync(
        string collectionName, IReadOnlyList<Guid> ids, bool wait = true, WriteOrderingType? ordering = null,
        ShardKeySelector? shardKeySelector = null, CancellationToken cancellationToken = default) =>
        DeleteAsync(collectionName, (IReadOnlyList<PointId>)[.. ids], wait, ordering, shardKeySelector, cancellationToken);

    public Task<UpdateResult> DeleteAsync(
        string collectionName, IReadOnlyList<PointId> ids, bool wait = true, WriteOrderingType? ordering = null,
        ShardKeySelector? shardKeySelector = null, CancellationToken cancellationToken = default) =>
        Delete(
            new DeletePoints
            {
                CollectionName = collectionName,
                Wait = wait,
                Points = new PointsSelector { Points = new PointsIdsList { Ids = { ids } } },
                Ordering = Ordering(ordering),
                ShardKeySelector = shardKeySelector,
            },
            cancellationToken);

    /// <summary>Deletes the points that <paramref name="filter"/> chooses.</summary>
    public Task<UpdateResult> DeleteAsync(
        string collectionName, Filter filter, bool wait = true, WriteOrderingType? ordering = null,
        ShardKeySelector? shardKeySelector = null, CancellationToken cancellationToken = default) =>
        Delete(
            new DeletePoints
            {
                CollectionName = collectionName,
                Wait = wait,
                Points = new PointsSelector { Filter = filter },
                Ordering = Ordering(ordering),
                ShardKeySelector = shardKeySelector,
            },
            cancellationToken);

    /// <summary>Adds fields to the payloads of the points that <paramref name="filter"/> chooses, or replaces them.</summary>
    public async Task<UpdateResult> SetPayloadAsync(
        string collectionName, IReadOnlyDictionary<string, Value> payload, Filter filter, bool wait = true,
        WriteOrderingType? ordering = null, ShardKeySelector? shardKeySelector = null, string? key = null,
        CancellationToken cancellationToken = default)
    {
        var request = Payload(collectionName, payload, filter, wait, ordering);
        request.ShardKeySelector = shardKeySelector;
        if (key is not null) request.Key = key;
        return (await Call(_points.SetPayloadAsync, request, cancellationToken).ConfigureAwait(false)).Result;
    }

    /// <summary>Replaces the whole payloads of the points that <paramref name="filter"/> chooses.</summary>
    public async Task<UpdateResult> OverwritePayloadAsync(
        string collectionName, IReadOnlyDictionary<string, Value> payload, Filter filter, bool wait = true,
        WriteOrderingType? ordering = null, ShardKeySelector? shardKeySelector = null, string? key = null,
        CancellationToken cancellationToken = default)
    {
        var request = Payload(collectionName, payload, filter, wait, ordering);
        request.ShardKeySelector = shardKeySelector;
        if (key is not null) request.Key = key;
        return (await Call(_points.OverwritePayloadAsync, request, cancellationToken).ConfigureAwait(false)).Result;
    }

    /// <summary>Indexes a payload field, so that filters on it are fast.</summary>
    public async Task<UpdateResult> CreatePayloadIndexAsync(
        string collectionName, string fieldName, PayloadSchemaType schemaType = PayloadSchemaType.Keyword,
        PayloadIndexParams? indexParams = null, bool wait = true, WriteOrderingType? ordering = null,
        CancellationToken cancellationToken = default)
    {
        var request = new CreateFieldIndexCollection
        {
            CollectionName = collectionName,
            Wait = wait,
            FieldName = fieldName,
            FieldType = FieldTypeOf(schemaType),
            FieldIndexParams = indexParams,
            Ordering = Ordering(ordering),
        };
        return (await Call(_points.CreateFieldIndexAsync, request, cancellationToken).ConfigureAwait(false)).Result;
    }

    /// <summary>The best points first: of one query, or of a fusion of what the prefetches found.</summary>
    public async Task<IReadOnlyList<ScoredPoint>> QueryAsync(
        string collectionName, Query? query = null, IReadOnlyList<PrefetchQuery>? prefetch = null, string? usingVector = null,
        Filter? filter = null, float? scoreThreshold = null, SearchParams? searchParams = null, ulong limit = 10, ulong offset = 0,
        WithPayloadSelector? payloadSelector = null, WithVectorsSelector? vectorsSelector = null,
        ReadConsistency? readConsistency = null, ShardKeySelector? shardKeySelector = null, LookupLocation? lookupFrom = null,
        TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var request = new QueryPoints
        {
            CollectionName = collectionName,
            Query = query,
            Prefetch = { prefetch ?? [] },
            Filter = filter,
            Params = searchParams,
            Limit = limit,
            Offset = offset,
            WithPayload = payloadSelector ?? true,
            WithVectors = vectorsSelector ?? false,
            ReadConsistency = readConsistency,
            ShardKeySelector = shardKeySelector,
            LookupFrom = lookupFrom,
        };
        if (usingVector is not null) request.Using = usingVector;
        if (scoreThreshold is { } threshold) request.ScoreThreshold = threshold;
        if (timeout is { } time) request.Timeout = WholeSeconds(time);
        return (await Call(_points.QueryAsync, request, cancellationToken).ConfigureAwait(false)).Result;
    }

    /// <summary>A page of points in the order of their ids; the next one starts at its <c>NextPageOffset</c>.</summary>
    public Task<ScrollResponse> ScrollAsync(
        string collectionName, Filter? filter = null, uint limit = 10, PointId? offset = null,
        WithPayloadSelector? payloadSelector = null, WithVectorsSelector? vectorsSelector = null,
        ReadConsistency? readConsistency = null, ShardKeySelector? shardKeySelector = null, OrderBy? orderBy = null,
        CancellationToken cancellationToken = default)
    {
        var request = new ScrollPoints
        {
            CollectionName = collectionName,
            Filter = filter,
            Limit = limit,
            Offset = offset,
            WithPayload = payloadSelector ?? true,
            WithVectors = vectorsSelector ?? false,
            ReadConsistency = readConsistency,
            ShardKeySelector = shardKeySelector,
            OrderBy = orderBy,
        };
        return Call(_points.ScrollAsync, request, cancellationToken);
    }

    public async Task<ulong> CountAsync(
        string collectionName, Filter? filter = null, bool exact = true, ReadConsistency? readConsistency = null,
        ShardKeySelector? shardKeySelector = null, CancellationToken cancellationToken = default)
    {
        var request = new CountPoints
        {
            CollectionName = collectionName,
            Filter = filter,
            Exact = exact,
            ReadConsistency = readConsistency,
            ShardKeySelector = shardKeySelector,
        };
        return (await Call(_points.CountAsync, request, cancellationToken).ConfigureAwait(false)).Result.Count;
    }

    private async Task<UpdateResult> Delete(DeletePoints request, CancellationToken cancellationToken) =>
        (await Call(_points.DeleteAsync, request, cancellationToken, nameof(DeleteAsync)).ConfigureAwait(false)).Result;

    private static SetPayloadPoints Payload(
        string collectionName, IReadOnlyDictionary<string, Value> payload, Filter filter, bool wait, WriteOrderingType? ordering)
    {
        var request = new SetPayloadPoints
        {
            CollectionName = collectionName,
            Wait = wait,
            PointsSelector = new PointsSelector { Filter = filter },
            Ordering = Ordering(ordering),
        };
        foreach (var (field, value) in payload) request.Payload[field] = value;
        return request;
    }

    private static WriteOrdering? Ordering(WriteOrderingType? type) =>
        type is { } given ? new WriteOrdering { Type = given } : null;

    private static FieldType FieldTypeOf(PayloadSchemaType type) => type switch
    {
        PayloadSchemaType.Keyword => FieldType.Keyword,
        PayloadSchemaType.Integer => FieldType.Integer,
        PayloadSchemaType.Float => FieldType.Float,
        PayloadSchemaType.Geo => FieldType.Geo,
        PayloadSchemaType.Text => FieldType.Text,
        PayloadSchemaType.Bool => FieldType.Bool,
        PayloadSchemaType.Datetime => FieldType.Datetime,
        PayloadSchemaType.Uuid => FieldType.Uuid,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No index has this type."),
    };
}
