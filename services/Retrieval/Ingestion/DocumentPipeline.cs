using Microsoft.Extensions.Options;
using Millrace.Retrieval.Chunking;
using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Ingestion;

/// <summary>A document's way from bytes to what the index takes: parse, cut, embed.</summary>
internal sealed class DocumentPipeline(
    DocumentParsers parsers, IChunkerFactory chunkers, IEncoder encoder, IOptions<RetrievalOptions> options)
{
    private readonly IngestionOptions _options = options.Value.Ingestion;

    /// <summary>Prepares a document for the index.</summary>
    /// <exception cref="MillraceException">It cannot be read, or the embedding service did not answer.</exception>
    public async Task<IndexedDocument> RunAsync(ClaimedDocument claimed, CancellationToken cancellationToken)
    {
        var parsed = parsers.Parse(claimed.Document.MediaType, claimed.Content, claimed.Document.Key.DocumentId, cancellationToken);
        var choice = new EncoderChoice(claimed.Collection.EmbeddingModel, 0);
        var chunker = await chunkers.CreateAsync(choice, claimed.Collection.Chunking, cancellationToken);
        var chunks = await chunker.CutAsync(parsed, cancellationToken);
        if (chunks.Count > _options.ChunksPerDocumentMax) throw TooManyChunks(chunks.Count);
        return await EmbedAsync(claimed.Collection.EmbeddingModel, parsed, chunks, cancellationToken);
    }

    private async Task<IndexedDocument> EmbedAsync(
        string model, ParsedDocument parsed, IReadOnlyList<Chunk> chunks, CancellationToken cancellationToken)
    {
        List<IndexedChunk> indexed = [];
        foreach (var batch in chunks.Chunk(_options.EmbedBatchSize))
        {
            var texts = batch.Select(chunk => chunk.TextIn(parsed)).ToList();
            var withHeaders = batch.Select(
                (chunk, i) => ContextualHeader.Above(ContextualHeader.Of(parsed.Title, chunk.Section.Breadcrumb), texts[i]));
            var embeddings = await encoder.EmbedAsync(new EncoderChoice(model, 0), [.. withHeaders], TextPurpose.Passage, cancellationToken);
            indexed.AddRange(batch.Select((chunk, i) => new IndexedChunk(chunk, texts[i], embeddings[i])));
            model = embeddings.Model;
        }

        return new IndexedDocument(parsed.Title, parsed.Text, chunks.Count == 0 ? "" : model, indexed);
    }

    private MillraceException TooManyChunks(int count) => new(
        Reason.PayloadTooLarge,
        $"The document has {count} chunks, and {_options.ChunksPerDocumentMax} are allowed. Split it, or raise chunk_tokens_max of "
        + "its collection.");
}
