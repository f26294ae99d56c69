using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Parsing;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Chunking;

/// <summary>Cuts documents into chunks.</summary>
internal interface IChunker
{
    /// <summary>Cuts a document.</summary>
    /// <param name="document">The document.</param>
    /// <param name="cancellationToken">Stops cutting.</param>
    /// <returns>The chunks in reading order. Every letter and digit of every section is in at least one of them.</returns>
    Task<IReadOnlyList<Chunk>> CutAsync(ParsedDocument document, CancellationToken cancellationToken);
}

/// <summary>Makes the chunker of a collection.</summary>
internal interface IChunkerFactory
{
    /// <summary>Makes a chunker.</summary>
    /// <param name="encoder">The collection's embedding model: it counts the tokens.</param>
    /// <param name="settings">How to cut; valid.</param>
    /// <param name="cancellationToken">Stops asking for the model's tokenizer.</param>
    /// <exception cref="MillraceException">The model is not known, or the embedding service did not answer.</exception>
    Task<IChunker> CreateAsync(EncoderChoice encoder, ChunkingSettings settings, CancellationToken cancellationToken);
}
