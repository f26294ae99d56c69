namespace Millrace.Retrieval.Index.Qdrant;

/// <summary>How dense vectors are compressed.</summary>
public enum QdrantQuantization
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>One byte a number instead of four.</summary>
    Int8,
}

/// <summary>Section <c>Retrieval:Qdrant:Storage</c>: where copies are, and what stays on disk.</summary>
public sealed class QdrantStorageOptions
{
    /// <summary>Parts of each collection, spread over the servers.</summary>
    /// <value>Default 1.</value>
    public uint Shards { get; set; } = 1;

    /// <summary>Copies of each part, on servers of their own.</summary>
    /// <value>Default 1.</value>
    public uint Replicas { get; set; } = 1;

    /// <summary>Copies that have to confirm a write.</summary>
    /// <value>Default 1.</value>
    public uint WriteConfirmations { get; set; } = 1;

    /// <summary>Whether the vectors stay on disk, and are read from there when the best are compared again.</summary>
    /// <value>Default false.</value>
    public bool VectorsOnDisk { get; set; }

    /// <summary>Whether what is known of documents stays on disk; what is indexed is in memory all the same.</summary>
    /// <value>Default true.</value>
    public bool PayloadOnDisk { get; set; } = true;

    internal IEnumerable<string> Validate()
    {
        if (Shards is < 1 or > 256) yield return $"Storage:Shards is {Shards}. Set it to 1 to 256.";
        if (Replicas is < 1 or > 32) yield return $"Storage:Replicas is {Replicas}. Set it to 1 to 32.";
        if (WriteConfirmations < 1 || WriteConfirmations > Replicas)
            yield return $"Storage:WriteConfirmations is {WriteConfirmations}. Set it to 1 to Storage:Replicas ({Replicas}).";
    }
}

/// <summary>Section <c>Retrieval:Qdrant:Graph</c>: the graph of the dense vectors.</summary>
public sealed class QdrantGraphOptions
{
    /// <summary>Links of each vector.</summary>
    /// <value>Default 16.</value>
    public uint Links { get; set; } = 16;

    /// <summary>Candidates while the graph is built: more is better and slower.</summary>
    /// <value>Default 200.</value>
    public uint BuildCandidates { get; set; } = 200;

    /// <summary>Candidates of a search: more finds more of the true nearest and takes longer.</summary>
    /// <value>Default 128.</value>
    public uint SearchCandidates { get; set; } = 128;

    /// <summary>How vectors are compressed for the first pass of a search.</summary>
    /// <value>Default none.</value>
    public QdrantQuantization Quantization { get; set; } = QdrantQuantization.None;

    /// <summary>Whether the best by their compressed vectors are compared again by their whole ones.</summary>
    /// <value>Default true.</value>
    public bool Rescore { get; set; } = true;

    /// <summary>How many times as many candidates the first pass gives for that.</summary>
    /// <value>Default 2.</value>
    public double Oversampling { get; set; } = 2;

    internal IEnumerable<string> Validate()
    {
        if (Links is < 2 or > 256) yield return $"Graph:Links is {Links}. Set it to 2 to 256.";
        if (BuildCandidates is < 4 or > 10_000) yield return $"Graph:BuildCandidates is {BuildCandidates}. Set it to 4 to 10,000.";
        if (SearchCandidates is < 1 or > 10_000) yield return $"Graph:SearchCandidates is {SearchCandidates}. Set it to 1 to 10,000.";
        if (!Enum.IsDefined(Quantization)) yield return $"Graph:Quantization is {Quantization}. Set it to none or int8.";
        if (!(Oversampling is >= 1 and <= 100)) yield return $"Graph:Oversampling is {Oversampling}. Set it to 1 to 100.";
    }
}
