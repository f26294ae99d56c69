using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Grpc.Core;
using Qdrant.Client.Grpc;

namespace Millrace.QdrantServer;

/// <summary>Collections by name.</summary>
internal sealed partial class FakeStore
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
        if (!NamePattern().IsMatch(request.CollectionName))
            throw FakeQueries.Invalid("Wrong input: collection name cannot contain characters that a path may not have");
        if (!_collections.TryAdd(request.CollectionName, new FakeCollection(request)))
            throw new RpcException(new Status(
                StatusCode.AlreadyExists, $"Wrong input: Collection `{request.CollectionName}` already exists!"));
    }

    [GeneratedRegex("""^[^<>:"/\\|?*\0\u001F]{1,255}$""")]
    private static partial Regex NamePattern();
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

    public void Upsert(IReadOnlyCollection<PointStruct> points)
    {
        foreach (var (field, vector) in points.SelectMany(VectorsOf)) RequireValid(field, vector);
        foreach (var point in points) Points[point.Id] = point;
    }

    /// <summary>Replaces the payload of a point, or a part of it.</summary>
    public void ChangePayload(PointStruct point, IReadOnlyDictionary<string, Value> payload, bool replaces)
    {
        var changed = point.Clone();
        if (replaces) changed.Payload.Clear();
        foreach (var (field, value) in payload) changed.Payload[field] = value;
        Points[point.Id] = changed;
    }

    /// <summary>The vectors of a point by field; the field without a name is "".</summary>
    public static IReadOnlyDictionary<string, Vector> VectorsOf(PointStruct point) =>
        point.Vectors.VectorsOptionsCase == Vectors.VectorsOptionsOneofCase.Vector
            ? new Dictionary<string, Vector> { [""] = point.Vectors.Vector }
            : point.Vectors.Vectors_.Vectors;

    /// <summary>What a dense field was made with.</summary>
    public VectorParams DenseField(string field)
    {
        if (field.Length == 0 && made.VectorsConfig.Params is { } only) return only;
        return made.VectorsConfig.ParamsMap is { } map && map.Map.TryGetValue(field, out var found) ? found : throw UnknownField(field);
    }

    /// <summary>What a sparse field was made with.</summary>
    public SparseVectorParams SparseField(string field) =>
        made.SparseVectorsConfig is { } config && config.Map.TryGetValue(field, out var found) ? found : throw UnknownField(field);

    public static void RequireSize(VectorParams parameters, DenseVector vector)
    {
        if ((ulong)vector.Data.Count != parameters.Size)
            throw FakeQueries.Invalid(
                $"Wrong input: Vector dimension error: expected dim: {parameters.Size}, got {vector.Data.Count}");
    }

    private void RequireValid(string field, Vector vector)
    {
        if (vector.Dense is { } dense) RequireSize(DenseField(field), dense);
        if (vector.Sparse is not { } sparse) return;
        SparseField(field);
        if (sparse.Indices.Count != sparse.Values.Count || sparse.Indices.Distinct().Count() != sparse.Indices.Count)
            throw FakeQueries.Invalid("Validation error in body: [vector.indices: must be unique, and as many as values]");
    }

    private static RpcException UnknownField(string field) =>
        FakeQueries.Invalid($"Wrong input: Not existing vector name error: {field}");
}
