namespace Millrace.VectorIndex.Distance;

/// <summary>What follows the codes of a vector.</summary>
/// <param name="Scale">What a code is multiplied by.</param>
/// <param name="SquaredNorm">The sum of the squares of the vector's numbers.</param>
internal readonly record struct CodeTail(float Scale, float SquaredNorm);

/// <summary>The negative inner product of int8 codes, each vector with a scale of its own.</summary>
/// <param name="offset">Where in a record the codes begin.</param>
/// <param name="length">Codes in a vector, padded; a <see cref="CodeTail"/> follows.</param>
internal readonly unsafe struct CodeProductSpace(int offset, int length) : ISpace
{
    public int Offset => offset;

    public int Bytes => length + sizeof(CodeTail);

    public float One(byte* query, byte* record)
    {
        var codes = record + offset;
        var sum = CodeSums.One((sbyte*)query, (sbyte*)codes, length);
        return -sum * (((CodeTail*)(query + length))->Scale * ((CodeTail*)(codes + length))->Scale);
    }

    public void Four(byte* query, byte** records, float* distances)
    {
        var sums = stackalloc int[4];
        CodeSums.Four((sbyte*)query, records, offset, length, sums);
        var scale = ((CodeTail*)(query + length))->Scale;
        for (var i = 0; i < 4; i++) distances[i] = -sums[i] * (scale * ((CodeTail*)(records[i] + offset + length))->Scale);
    }
}

/// <summary>The squared Euclidean distance by int8 codes: both squared norms less twice the inner product.</summary>
/// <inheritdoc cref="CodeProductSpace"/>
internal readonly unsafe struct CodeSquareSpace(int offset, int length) : ISpace
{
    private readonly CodeProductSpace _products = new(offset, length);

    public int Offset => offset;

    public int Bytes => length + sizeof(CodeTail);

    public float One(byte* query, byte* record) => Norms(query, record) + (2 * _products.One(query, record));

    public void Four(byte* query, byte** records, float* distances)
    {
        _products.Four(query, records, distances);
        for (var i = 0; i < 4; i++) distances[i] = Norms(query, records[i]) + (2 * distances[i]);
    }

    private float Norms(byte* query, byte* record) =>
        ((CodeTail*)(query + length))->SquaredNorm + ((CodeTail*)(record + offset + length))->SquaredNorm;
}
