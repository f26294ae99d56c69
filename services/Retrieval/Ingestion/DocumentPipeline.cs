using Microsoft.Extensions.Options;
using Millrace.Retrieval.Chunking;
using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Ingestion;

/// <summary>What turns a document into chunks with vectors.</summary>
internal sealed record PipelineParts(DocumentParsers Parsers, IChunkerFactory Chunkers, EmbedBatcher Encoder, EditionStore Editions);

/// <summary>A document's way from bytes into a generation: parse, cut, embed, store. Vectors are held for a slice of it at most.</summary>
internal sealed class DocumentPipeline(
    PipelineParts parts, IngestionProgress progress, IOptions<RetrievalOptions> options, RetrievalMetrics metrics)
{
    private readonly IngestionOptions _options = options.Value.Ingestion;

    /// <summary>Brings a document into its generation.</summary>
    /// <returns>How many chunks it has; null when it was changed or deleted meanwhile, so that nothing came of it.</returns>
    /// <exception cref="MillraceException">It cannot be read, or the embedding service did not answer.</exception>
    public async Task<int?> RunAsync(ClaimedDocument claimed, CancellationToken cancellationToken)
    {
        var parsed = Parse(claimed);
        var chunks = await CutAsync(claimed, parsed, cancellationToken);
        if (chunks.Count > _options.ChunksPerDocumentMax) throw TooManyChunks(chunks.Count);
        var draft = new EditionDraft(claimed, parsed.Title, parsed.Text);
        var isPublished = false;
        try
        {
            isPublished = await WriteAsync(draft, parsed, chunks, cancellationToken);
            return isPublished ? chunks.Count : null;
        }
        finally
        {
            if (!claimed.IsBuild) progress.End(claimed.Row);
            if (!isPublished && draft.Row != 0) await parts.Editions.DiscardAsync(draft, CancellationToken.None);
        }
    }

    private ParsedDocument Parse(ClaimedDocument claimed)
    {
        using var timer = metrics.TimeStage("parse");
        return parts.Parsers.Parse(claimed.Document.MediaType, claimed.Content, claimed.Document.Key.DocumentId);
    }

    private async Task<IReadOnlyList<Chunk>> CutAsync(ClaimedDocument claimed, ParsedDocument parsed, CancellationToken cancellationToken)
    {
        using var timer = metrics.TimeStage("chunk");
        var chunker = await parts.Chunkers.CreateAsync(
            claimed.Generation.Encoder, claimed.Generation.Settings.Chunking, cancellationToken);
        return await chunker.CutAsync(parsed, cancellationToken);
    }

    private async Task<bool> WriteAsync(
        EditionDraft draft, ParsedDocument parsed, IReadOnlyList<Chunk> chunks, CancellationToken cancellationToken)
    {
        Report(draft, chunks.Count);
        var slice = EditionSlice.Empty;
        for (var first = 0; first < chunks.Count; first += _options.SliceChunks)
        {
            if (first > 0 && !await StoreAsync(parts.Editions.StageAsync(draft, slice, cancellationToken))) return false;
            Report(draft, chunks.Count);
            var next = chunks.Skip(first).Take(_options.SliceChunks).ToList();
            slice = await EmbedAsync(draft.Claimed.Generation, parsed, next, cancellationToken);
        }

        return await StoreAsync(parts.Editions.PublishAsync(draft, slice, cancellationToken));
    }

    private void Report(EditionDraft draft, int total)
    {
        if (!draft.Claimed.IsBuild) progress.Set(draft.Claimed.Row, draft.ChunkCount, total);
    }

    private async Task<bool> StoreAsync(Task<bool> write)
    {
        using var timer = metrics.TimeStage("store");
        return await write;
    }

    private async Task<EditionSlice> EmbedAsync(
        StoredGeneration generation, ParsedDocument parsed, IReadOnlyList<Chunk> chunks, CancellationToken cancellationToken)
    {
        using var timer = metrics.TimeStage("embed");
        var hasHeader = generation.Settings.Chunking.ContextualHeader;
        var calls = chunks.Chunk(_options.EmbedBatchSize).Select(batch => parts.Encoder.EmbedAsync(
            generation.Encoder, [.. batch.Select(chunk => Ranked(chunk, parsed, hasHeader))], cancellationToken));
        var embeddings = await Task.WhenAll(calls);
        var vectors = embeddings.SelectMany(call => Enumerable.Range(0, call.Values.Length / call.Dimension).Select(i => call[i]));
        return new EditionSlice(
            embeddings[0].Model,
            embeddings[0].Dimension,
            [.. chunks.Zip(vectors, (chunk, vector) => new EditionChunk(chunk, chunk.TextIn(parsed), vector))]);
    }

    private static string Ranked(Chunk chunk, ParsedDocument parsed, bool hasHeader)
    {
        var text = chunk.RankedTextIn(parsed);
        return hasHeader ? ContextualHeader.Above(ContextualHeader.Of(parsed.Title, chunk.Section.Breadcrumb), text) : text;
    }

    private MillraceException TooManyChunks(int count) => new(
        Reason.PayloadTooLarge,
        $"The document has {count} chunks, and {_options.ChunksPerDocumentMax} are allowed. Split it, or raise chunk_tokens_max of "
        + "its collection.");
}
