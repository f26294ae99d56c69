using Millrace.Retrieval.Filtering;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Index;

/// <summary>
/// Finds chunks by meaning and by words. It is derived from the document store, which alone is the truth: every call is idempotent, so that
/// a change whose answer was lost is made again, and what it returns is looked up in the document store before anybody sees it. One shared
/// contract test runs on every implementation.
/// </summary>
internal interface IChunkIndex
{
    /// <summary>Opens an index, and creates it where there is none.</summary>
    /// <exception cref="MillraceException">The index has another dimension, or cannot be reached.</exception>
    Task OpenAsync(IndexSettings settings, CancellationToken cancellationToken);

    /// <summary>Deletes an index. One that is not there is no error.</summary>
    Task DropAsync(IndexId index, CancellationToken cancellationToken);

    /// <summary>Adds documents with their chunks. When the task ends, searches find them.</summary>
    Task PutAsync(IndexId index, IReadOnlyList<IndexDocument> documents, CancellationToken cancellationToken);

    /// <summary>Removes chunks. When the task ends, no search finds them. Ids that are not there are no error.</summary>
    Task RemoveAsync(IndexId index, IReadOnlyCollection<long> chunks, CancellationToken cancellationToken);

    /// <summary>Changes what decides whether a document may be found. When the task ends, searches go by it.</summary>
    Task SetAttributesAsync(IndexId index, DocumentAttributes document, CancellationToken cancellationToken);

    /// <summary>The chunks that are nearest by cosine similarity, best first; the score is the similarity.</summary>
    Task<IndexRanking> DenseAsync(IndexId index, DenseQuery query, CancellationToken cancellationToken);

    /// <summary>The chunks that match best by words, best first; a higher score is better, comparable within one answer only.</summary>
    Task<IndexRanking> KeywordAsync(IndexId index, WordQuery query, CancellationToken cancellationToken);

    /// <summary>Both rankings fused where the chunks are, for a store that can; null for one that leaves it to the caller.</summary>
    Task<IndexRanking?> TryFusedAsync(IndexId index, FusedQuery query, CancellationToken cancellationToken);

    /// <summary>Ids of all chunks, to compare with the document store.</summary>
    IAsyncEnumerable<long> ChunksAsync(IndexId index, CancellationToken cancellationToken);
}

/// <summary>One build of a collection's index. The tenant is part of the name, so that no call can forget it.</summary>
/// <param name="Tenant">Its owner.</param>
/// <param name="Collection">Row of the collection.</param>
/// <param name="Generation">Row of the build; never used again.</param>
internal readonly record struct IndexId(string Tenant, long Collection, long Generation);

/// <summary>What an index is created with.</summary>
/// <param name="Id">Which one.</param>
/// <param name="Dimension">Length of its vectors, above 0.</param>
internal sealed record IndexSettings(IndexId Id, int Dimension);

/// <summary>A document as an index takes it.</summary>
/// <param name="Attributes">What decides whether it may be found.</param>
/// <param name="Chunks">Its chunks.</param>
internal sealed record IndexDocument(DocumentAttributes Attributes, IReadOnlyList<IndexChunk> Chunks);

/// <summary>A chunk as an index takes it.</summary>
/// <param name="Chunk">Its row; never used again, so that the same row is always the same text and vector.</param>
/// <param name="Words">Its words.</param>
/// <param name="Vector">Its embedding, of length 1.</param>
internal sealed record IndexChunk(long Chunk, ChunkWords Words, ReadOnlyMemory<float> Vector);

/// <summary>The words of a chunk by field; each field has a weight of its own.</summary>
/// <param name="Title">Title of the document.</param>
/// <param name="Breadcrumb">Headings above the chunk.</param>
/// <param name="Body">Its text.</param>
internal sealed record ChunkWords(string Title, string Breadcrumb, string Body);

/// <summary>Asks for the nearest chunks.</summary>
/// <param name="Vector">The query's vector, of length 1.</param>
/// <param name="CountMax">Most chunks to return.</param>
/// <param name="Filter">Which documents may be found.</param>
/// <param name="Exact">Whether to compare with every vector.</param>
internal sealed record DenseQuery(ReadOnlyMemory<float> Vector, int CountMax, DocumentFilter Filter, bool Exact);

/// <summary>Asks for the chunks with the best matching words.</summary>
/// <param name="Text">What the user asked.</param>
/// <param name="CountMax">Most chunks to return.</param>
/// <param name="Filter">Which documents may be found.</param>
internal sealed record WordQuery(string Text, int CountMax, DocumentFilter Filter);

/// <summary>Asks for both rankings, fused.</summary>
/// <param name="Dense">By meaning.</param>
/// <param name="Words">By words.</param>
/// <param name="Weights">How they are fused.</param>
internal sealed record FusedQuery(DenseQuery Dense, WordQuery Words, FusionWeights Weights);

/// <summary>What rankings are fused by.</summary>
public enum FusionMethod
{
    /// <summary>Their ranks: the sum of <c>weight / (constant + rank)</c>.</summary>
    Rank,

    /// <summary>Their scores: BM25 over the query's best one, and cosine similarity, each times its weight.</summary>
    Score,
}

/// <summary>How rankings are fused.</summary>
/// <param name="Constant">For fusion by rank; above 0; the larger, the less the first ranks count.</param>
/// <param name="Keyword">Weight of the ranking by words.</param>
/// <param name="Dense">Weight of the ranking by meaning.</param>
internal sealed record FusionWeights(double Constant, double Keyword, double Dense)
{
    /// <summary>What the rankings are fused by.</summary>
    public FusionMethod Method { get; init; } = FusionMethod.Rank;
}

/// <summary>An index's answer.</summary>
/// <param name="Chunks">The chunks, best first.</param>
/// <param name="Plan">How they were found, such as <c>graph</c>, <c>filtered graph</c> or <c>exact scan</c>.</param>
/// <param name="VisitedCount">Vectors that were compared, or chunks that were scored by their words; 0 where that is not known.</param>
internal sealed record IndexRanking(IReadOnlyList<ScoredChunk> Chunks, string Plan, int VisitedCount);

/// <summary>A chunk and how well it matches.</summary>
/// <param name="Chunk">The chunk's row.</param>
/// <param name="Score">Its score; higher is better.</param>
internal readonly record struct ScoredChunk(long Chunk, double Score);
