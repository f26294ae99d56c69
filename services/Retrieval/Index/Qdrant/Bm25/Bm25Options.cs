namespace Millrace.Retrieval.Index.Qdrant.Bm25;

/// <summary>Section <c>Retrieval:Qdrant:Words</c>: how words count. The weights of titles and headings are those of
/// <c>Retrieval:Search</c>. All of it is part of what is stored: a change holds for documents that are indexed from then on.</summary>
public sealed class Bm25Options
{
    /// <summary>How soon more of the same word count no more; BM25's k1.</summary>
    /// <value>Default 1.2, as in the embedded index.</value>
    public double Saturation { get; set; } = 1.2;

    /// <summary>How much a long chunk's words count less, from 0 to 1; BM25's b.</summary>
    /// <value>Default 0.75, as in the embedded index.</value>
    public double LengthWeight { get; set; } = 0.75;

    /// <summary>Words of a chunk that is neither long nor short. The server does not know the mean, so it is set.</summary>
    /// <value>Default 200.</value>
    public double WordsPerChunk { get; set; } = 200;

    internal IEnumerable<string> Validate()
    {
        if (!(Saturation is >= 0 and <= 100)) yield return $"Words:Saturation is {Saturation}. Set it to 0 to 100.";
        if (!(LengthWeight is >= 0 and <= 1)) yield return $"Words:LengthWeight is {LengthWeight}. Set it to 0 to 1.";
        if (!(WordsPerChunk is >= 1 and <= 1e6)) yield return $"Words:WordsPerChunk is {WordsPerChunk}. Set it to 1 to 1,000,000.";
    }
}
