namespace Millrace.Retrieval.Index.Embedded.Words;

/// <summary>
/// BM25 as SQLite's FTS5 computes it. A term's frequency in a chunk is the sum of its fields' counts times their weights; the length of a
/// chunk is all of its words, whatever the weights.
/// </summary>
/// <param name="lengthMean">Mean length of the chunks, in words.</param>
internal readonly struct Bm25(double lengthMean)
{
    private const double Saturation = 1.2;
    private const double LengthWeight = 0.75;
    private const double RarityMin = 1e-6;

    private readonly double _perWord = Saturation * LengthWeight / lengthMean;

    /// <summary>What a term counts that is in so many chunks. One in more than half of them counts almost nothing, not less.</summary>
    public static double Rarity(int chunksWith, int chunks)
    {
        var rarity = Math.Log((chunks - chunksWith + 0.5) / (chunksWith + 0.5));
        return rarity > 0 ? rarity : RarityMin;
    }

    /// <summary>What a term of rarity 1 adds to a chunk's score: more with its frequency, less with the chunk's length.</summary>
    public double Share(double frequency, int length) =>
        frequency * (Saturation + 1) / (frequency + (Saturation * (1 - LengthWeight)) + (_perWord * length));
}
