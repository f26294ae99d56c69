using Millrace.VectorIndex.Distance;

namespace Millrace.VectorIndex.Graph;

/// <summary>
/// What a node's record holds: its links on the lowest level, then what distances are measured on, from a cache line of its own on. Links
/// end with the first 0 or with their room.
/// </summary>
internal sealed unsafe record NodeLayout
{
    private const int Line = 64;

    public NodeLayout(VectorIndexOptions options)
    {
        Options = options;
        Links = options.M * 2;
        VectorOffset = RoundUp(Links * sizeof(int));
        Stride = RoundUp(VectorOffset + VectorBytes);
    }

    /// <summary>What the index is for.</summary>
    public VectorIndexOptions Options { get; }

    /// <summary>Most links on the lowest level.</summary>
    public int Links { get; }

    /// <summary>Most links on each other level.</summary>
    public int UpperLinks => Options.M;

    /// <summary>Where the vector, or its codes, begin.</summary>
    public int VectorOffset { get; }

    /// <summary>Bytes of a record.</summary>
    public int Stride { get; }

    /// <summary>Numbers of a float32 vector, padded.</summary>
    public int FloatLength => VectorForm.FloatLength(Options.Dimension);

    /// <summary>Whether codes are in the record, and the vectors elsewhere.</summary>
    public bool IsCoded => Options.Quantization == Quantization.Int8;

    /// <summary>Bytes of a vector in the form in which the graph is walked.</summary>
    public int VectorBytes => IsCoded ? VectorForm.CodeLength(Options.Dimension) + sizeof(CodeTail) : FloatLength * sizeof(float);

    /// <summary>Links on a level.</summary>
    public int LinksOn(int level) => level == 0 ? Links : UpperLinks;

    private static int RoundUp(int bytes) => (bytes + Line - 1) / Line * Line;
}
