namespace Millrace.Retrieval.Index.Embedded.Words;

/// <summary>The best chunks that were offered: the higher score first, then the lower id. A heap with the worst on top.</summary>
/// <param name="countMax">Most to keep, above 0.</param>
internal sealed class TopChunks(int countMax)
{
    private readonly PriorityQueue<ScoredChunk, ScoredChunk> _worstFirst = new(Comparer<ScoredChunk>.Create(Compare));

    /// <summary>What a chunk must score at least to be kept; below 0 while there is room.</summary>
    public double ScoreMin { get; private set; } = double.NegativeInfinity;

    /// <summary>Keeps a chunk if it is among the best.</summary>
    public void Offer(ScoredChunk chunk)
    {
        if (_worstFirst.Count < countMax) _worstFirst.Enqueue(chunk, chunk);
        else _worstFirst.EnqueueDequeue(chunk, chunk);
        if (_worstFirst.Count == countMax) ScoreMin = _worstFirst.Peek().Score;
    }

    /// <summary>Takes them out, best first.</summary>
    public ScoredChunk[] Take()
    {
        var best = new ScoredChunk[_worstFirst.Count];
        for (var i = best.Length - 1; i >= 0; i--) best[i] = _worstFirst.Dequeue();
        return best;
    }

    private static int Compare(ScoredChunk one, ScoredChunk other)
    {
        var byScore = one.Score.CompareTo(other.Score);
        return byScore != 0 ? byScore : other.Chunk.CompareTo(one.Chunk);
    }
}
