namespace Millrace.VectorIndex;

/// <summary>What makes two vectors near. A score is higher for what is nearer, whatever the metric.</summary>
public enum Metric
{
    /// <summary>The cosine of the angle; scores are from -1 to 1. Zero vectors are refused.</summary>
    Cosine,

    /// <summary>The inner product; scores have no bounds.</summary>
    DotProduct,

    /// <summary>Euclidean distance; the score is the negative squared distance, so 0 is the same vector.</summary>
    L2,
}

/// <summary>What the graph is walked on.</summary>
public enum Quantization
{
    /// <summary>The vectors themselves.</summary>
    None,

    /// <summary>
    /// Eight-bit codes beside the vectors: the graph is built and walked on a quarter of the bytes, and the best are scored again on the
    /// vectors. Takes a quarter more memory, not less, and is about twice as fast.
    /// </summary>
    Int8,
}
