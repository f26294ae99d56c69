namespace Millrace.Retrieval.Chunking;

/// <summary>One way of cutting documents.</summary>
internal interface IChunkStrategy
{
    /// <summary>Cuts a document.</summary>
    /// <param name="text">The document, its counts and its limits.</param>
    /// <param name="cancellationToken">Stops cutting.</param>
    /// <returns>The chunks in reading order. Everything of every section but white space is in at least one of them; none is over the
    /// limit, but for a single character as readers see it that is.</returns>
    Task<IReadOnlyList<Chunk>> CutAsync(MeasuredText text, CancellationToken cancellationToken);
}

/// <summary>A way of cutting that takes no more than the text.</summary>
internal abstract class ChunkStrategy : IChunkStrategy
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<Chunk>> CutAsync(MeasuredText text, CancellationToken cancellationToken)
    {
        List<Chunk> chunks = [];
        foreach (var chunk in Cut(text))
        {
            cancellationToken.ThrowIfCancellationRequested();
            chunks.Add(chunk);
        }

        return Task.FromResult<IReadOnlyList<Chunk>>(chunks);
    }

    /// <summary>The chunks, in reading order.</summary>
    protected abstract IEnumerable<Chunk> Cut(MeasuredText text);
}
