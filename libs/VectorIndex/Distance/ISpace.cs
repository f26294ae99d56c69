namespace Millrace.VectorIndex.Distance;

/// <summary>
/// Distances, lower for what is nearer, between a query and the vectors in records. A query has the form of a record's vector part, so
/// that a record's own vector can be the query. Implemented by structs, so that each use is compiled for its own space.
/// </summary>
internal unsafe interface ISpace
{
    /// <summary>Where in a record the vector begins.</summary>
    int Offset { get; }

    /// <summary>Bytes of it that are read for a distance.</summary>
    int Bytes { get; }

    /// <summary>The distance to the vector of one record.</summary>
    float One(byte* query, byte* record);

    /// <summary>The distances to the vectors of four records.</summary>
    void Four(byte* query, byte** records, float* distances);
}

/// <summary>The negative inner product of float32.</summary>
/// <param name="offset">Where in a record the vector begins.</param>
/// <param name="length">Numbers in a vector, padded.</param>
internal readonly unsafe struct FloatProductSpace(int offset, int length) : ISpace
{
    public int Offset => offset;

    public int Bytes => length * sizeof(float);

    public float One(byte* query, byte* record) => -FloatSums.One<ProductTerm>((float*)query, (float*)(record + offset), length);

    public void Four(byte* query, byte** records, float* distances)
    {
        FloatSums.Four<ProductTerm>((float*)query, records, offset, length, distances);
        for (var i = 0; i < 4; i++) distances[i] = -distances[i];
    }
}

/// <summary>The squared Euclidean distance of float32.</summary>
/// <inheritdoc cref="FloatProductSpace"/>
internal readonly unsafe struct FloatSquareSpace(int offset, int length) : ISpace
{
    public int Offset => offset;

    public int Bytes => length * sizeof(float);

    public float One(byte* query, byte* record) => FloatSums.One<SquareTerm>((float*)query, (float*)(record + offset), length);

    public void Four(byte* query, byte** records, float* distances) =>
        FloatSums.Four<SquareTerm>((float*)query, records, offset, length, distances);
}
