using Millrace.Retrieval.Encoders;

namespace Millrace.Retrieval.Chunking;

/// <inheritdoc cref="IChunkerFactory"/>
internal sealed class ChunkerFactory(IEncoder encoders) : IChunkerFactory
{
    /// <inheritdoc/>
    public Task<IChunker> CreateAsync(EncoderChoice encoder, ChunkingSettings settings, CancellationToken cancellationToken) =>
        Task.FromResult<IChunker>(new RecursiveChunker(new EncoderTokenCounter(encoders, encoder.Model), settings));
}
