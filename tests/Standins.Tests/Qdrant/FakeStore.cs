using System.Collections.Concurrent;
using Grpc.Core;
using Qdrant.Client.Grpc;

namespace Millrace.Standins.Tests.Qdrant;

/// <summary>Collections by name.</summary>
internal sealed class FakeStore
{
    private readonly ConcurrentDictionary<string, FakeCollection> _collections = new(StringComparer.Ordinal);

    public IEnumerable<string> Names => _collections.Keys.Order(StringComparer.Ordinal);

    public bool Has(string name) => _collections.ContainsKey(name);

    public bool Remove(string name) => _collections.TryRemove(name, out _);

    public FakeCollection Get(string name) => _collections.TryGetValue(name, out var collection)
        ? collection
        : throw new RpcException(new Status(StatusCode.NotFound, $"Not found: Collection `{name}` doesn't exist!"));

    public void Add(CreateCollection request)
    {
        if (!_collections.TryAdd(request.CollectionName, new FakeCollection(request)))
            throw new RpcException(new Status(
                StatusCode.AlreadyExists, $"Wrong input: Collection `{request.CollectionName}` already exists!"));
    }
}

/// <summary>One collection: what it was made with, its points by id, and its indexed payload fields.</summary>
internal sealed class FakeCollection(CreateCollection made)
{
    public CreateCollection Made => made;

    public ConcurrentDictionary<PointId, PointStruct> Points { get; } = new();

    public ConcurrentDictionary<string, PayloadSchemaType> Indexes { get; } = new(StringComparer.Ordinal);

    public IEnumerable<PointStruct> InOrder(Filter? filter) => Points.Values
        .Where(point => FakeFilters.Pass(filter, point))
        .OrderBy(point => point.Id.Num).ThenBy(point => point.Id.Uuid, StringComparer.Ordinal);

    public void Upsert(PointStruct point)
    {
        foreach (var (field, vector) in VectorsOf(point)) RequireSize(field, vector);
        Points[point.Id] = point;
    }

    /// <summary>The vectors of a point by field; the field without a name is "".</summary>
    public static IReadOnlyDictionary<string, Vector> VectorsOf(PointStruct point) =>
        point.Vectors.VectorsOptionsCase == Vectors.VectorsOptionsOneofCase.Vector
            ? new Dictionary<string, Vector> { [""] = point.Vectors.Vector }
            : point.Vectors.Vectors_.Vectors.ToDictionary();

    private void RequireSize(string field, Vector vector)
    {
        if (vector.Sparse is not null) return;
        var size = field.Length == 0 ? made.VectorsConfig.Params.Size : made.VectorsConfig.ParamsMap.Map[field].Size;
        if ((ulong)vector.Dense.Data.Count != size)
            throw new RpcException(new Status(
                StatusCode.InvalidArgument,
                $"Wrong input: Vector dimension error: expected dim: {size}, got {vector.Dense.Data.Count}"));
    }
}
