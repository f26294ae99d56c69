namespace Qdrant.Client.Grpc;

public partial class Vector
{
    public static implicit operator Vector(float[] values) => new() { Dense = new DenseVector { Data = { values } } };

    public static implicit operator Vector((float[] Values, uint[] Indices) sparse) =>
        new() { Sparse = new SparseVector { Values = { sparse.Values }, Indices = { sparse.Indices } } };

    public static implicit operator Vector((float Value, uint Index)[] sparse) =>
        (sparse.Select(entry => entry.Value).ToArray(), sparse.Select(entry => entry.Index).ToArray());
}

public partial class Vectors
{
    public static implicit operator Vectors(float[] values) => new() { Vector = values };

    public static implicit operator Vectors(Dictionary<string, float[]> values) =>
        values.ToDictionary(entry => entry.Key, entry => (Vector)entry.Value);

    public static implicit operator Vectors(Dictionary<string, Vector> values) =>
        new() { Vectors_ = new NamedVectors { Vectors = { values } } };

    public static implicit operator Vectors((string Name, Vector Vector) value) =>
        new Dictionary<string, Vector> { [value.Name] = value.Vector };
}

public partial class VectorInput
{
    public static implicit operator VectorInput(float[] values) => new() { Dense = new DenseVector { Data = { values } } };

    public static implicit operator VectorInput((float[] Values, uint[] Indices) sparse) =>
        new() { Sparse = new SparseVector { Values = { sparse.Values }, Indices = { sparse.Indices } } };

    public static implicit operator VectorInput((float Value, uint Index)[] sparse) =>
        (sparse.Select(entry => entry.Value).ToArray(), sparse.Select(entry => entry.Index).ToArray());

    public static implicit operator VectorInput(PointId id) => new() { Id = id };

    public static implicit operator VectorInput(ulong id) => new() { Id = id };

    public static implicit operator VectorInput(Guid id) => new() { Id = id };
}

public partial class Query
{
    public static implicit operator Query(VectorInput input) => new() { Nearest = input };

    public static implicit operator Query(float[] values) => new() { Nearest = values };

    public static implicit operator Query((float[] Values, uint[] Indices) sparse) => new() { Nearest = sparse };

    public static implicit operator Query((float Value, uint Index)[] sparse) => new() { Nearest = sparse };

    public static implicit operator Query(PointId id) => new() { Nearest = id };

    public static implicit operator Query(ulong id) => new() { Nearest = id };

    public static implicit operator Query(Guid id) => new() { Nearest = id };

    /// <summary>The fusion of what the prefetches found.</summary>
    public static implicit operator Query(Fusion input) => new() { Fusion = input };

    public static implicit operator Query(OrderBy orderBy) => new() { OrderBy = orderBy };
}

public partial class VectorOutput
{
    /// <summary>The dense vector, in whichever form the server sent it; null when it is of another kind.</summary>
    public DenseVector? GetDenseVector() =>
        OlderData is { Count: > 0 } data ? new DenseVector { Data = { data } } : Dense;

    /// <summary>The sparse vector, in whichever form the server sent it; null when it is of another kind.</summary>
    public SparseVector? GetSparseVector()
    {
        if (OlderData is not { Count: > 0 } data) return Sparse;
        return OlderIndices is { } indices ? new SparseVector { Values = { data }, Indices = { indices } } : null;
    }

#pragma warning disable CS0612 // Servers before 1.16 send nothing else.
    private IReadOnlyList<float> OlderData => Data;

    private IReadOnlyList<uint>? OlderIndices => Indices?.Data;
#pragma warning restore CS0612
}
