using Microsoft.Extensions.Options;
using Millrace.Retrieval.Chunking;
using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Ingestion;

/// <summary>What turns a document into chunks with vectors.</summary>
internal sealed record PipelineParts(DocumentParsers Parsers, IChunkerFactory Chunkers, EmbedBatcher Encoder, EditionStore Editions);

/// <summary>
/// A document's way from bytes into a generation: parse, cut, embed, store. Vectors are held for a slice of it at most. While another
/// generation is built, the document goes into both, so that the build never runs after what is uploaded meanwhile.
/// </summary>
internal sealed class DocumentPipeline(
    PipelineParts parts, IngestionProgress progress, IOptions<RetrievalOptions> options, IngestionTools tools)
{
    private readonly IngestionOptions _options = options.Value.Ingestion;

    /// <summary>Brings a document into its generation.</summary>
    /// <returns>How many chunks it has; null when it was changed or deleted meanwhile, so that nothing came of it.</returns>
    /// <exception cref="MillraceException">It cannot be read, or the embedding service did not answer.</exception>
    public async Task<int?> RunAsync(ClaimedDocument claimed, CancellationToken cancellationToken)
    {
        var parsed = Parse(claimed, cancellationToken);
        var draft = new EditionDraft(claimed, parsed.Title, parsed.Text);
        var beside = claimed.Beside is { } build ? new EditionDraft(build, parsed.Title, parsed.Text) : null;
        var isPublished = false;
        try
        {
            if (await StageAsync(draft, parsed, cancellationToken) is not { } last) return null;
            var whole = beside is not null && await TryStageWholeAsync(beside, parsed, cancellationToken) ? beside : null;
            isPublished = await StoreAsync(parts.Editions.PublishAsync(draft, last, whole, cancellationToken));
            return isPublished ? draft.ChunkCount : null;
        }
        finally
        {
            if (!claimed.IsBuild) progress.End(claimed.Row);
            if (!isPublished) await DiscardAsync(draft);
            if (beside is not null) await DiscardAsync(beside);
        }
    }

    private ParsedDocument Parse(ClaimedDocument claimed, CancellationToken cancellationToken)
    {
        using var timer = tools.Metrics.TimeStage("parse");
        return parts.Parsers.Parse(
            claimed.Document.MediaType, claimed.Content, claimed.Document.Key.DocumentId, cancellationToken);
    }

    private async Task<IReadOnlyList<Chunk>> CutAsync(ClaimedDocument claimed, ParsedDocument parsed, CancellationToken cancellationToken)
    {
        using var timer = tools.Metrics.TimeStage("chunk");
        var chunker = await parts.Chunkers.CreateAsync(
            claimed.Generation.Encoder, claimed.Generation.Settings.Chunking, cancellationToken);
        return await chunker.CutAsync(parsed, cancellationToken);
    }

    /// <summary>Writes all chunks but the last slice, unseen.</summary>
    /// <returns>The last slice; null when the document was changed or deleted meanwhile.</returns>
    private async Task<EditionSlice?> StageAsync(EditionDraft draft, ParsedDocument parsed, CancellationToken cancellationToken)
    {
        var chunks = await CutAsync(draft.Claimed, parsed, cancellationToken);
        if (chunks.Count > _options.ChunksPerDocumentMax) throw TooManyChunks(chunks.Count);
        Report(draft, chunks.Count);
        var slice = EditionSlice.Empty;
        for (var first = 0; first < chunks.Count; first += _options.SliceChunks)
        {
            if (first > 0 && !await StoreAsync(parts.Editions.StageAsync(draft, slice, cancellationToken))) return null;
            Report(draft, chunks.Count);
            var next = chunks.Skip(first).Take(_options.SliceChunks).ToList();
            slice = await EmbedAsync(draft.Claimed.Generation, parsed, next, cancellationToken);
        }

        return slice;
    }

    // What cannot be brought into the build now is missing there, and so its worker comes back to it and tells what is wrong.
    private async Task<bool> TryStageWholeAsync(EditionDraft beside, ParsedDocument parsed, CancellationToken cancellationToken)
    {
        try
        {
            return await StageAsync(beside, parsed, cancellationToken) is { } last
                && await StoreAsync(parts.Editions.StageAsync(beside, last, cancellationToken));
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            IngestionLog.BuiltLater(
                tools.Logger, beside.Claimed.Document.Key.DocumentId, beside.Claimed.Generation.Row, error.GetType().Name);
            return false;
        }
    }

    // One that is live stays.
    private Task DiscardAsync(EditionDraft draft) =>
        draft.Row == 0 ? Task.CompletedTask : parts.Editions.DiscardAsync(draft, CancellationToken.None);

    private void Report(EditionDraft draft, int total)
    {
        if (!draft.Claimed.IsBuild) progress.Set(draft.Claimed.Row, draft.ChunkCount, total);
    }

    private async Task<bool> StoreAsync(Task<bool> write)
    {
        using var timer = tools.Metrics.TimeStage("store");
        return await write;
    }

    private async Task<EditionSlice> EmbedAsync(
        StoredGeneration generation, ParsedDocument parsed, IReadOnlyList<Chunk> chunks, CancellationToken cancellationToken)
    {
        using var timer = tools.Metrics.TimeStage("embed");
        var calls = chunks.Chunk(_options.EmbedBatchSize).Select(batch => parts.Encoder.EmbedAsync(
            generation.Encoder, [.. batch.Select(chunk => chunk.EmbeddedTextIn(parsed))], cancellationToken));
        var embeddings = await Task.WhenAll(calls);
        var vectors = embeddings.SelectMany(call => Enumerable.Range(0, call.Values.Length / call.Dimension).Select(i => call[i]));
        return new EditionSlice(
            embeddings[0].Model,
            embeddings[0].Dimension,
            [.. chunks.Zip(vectors, (chunk, vector) => new EditionChunk(chunk, chunk.TextIn(parsed), vector))]);
    }

    private MillraceException TooManyChunks(int count) => new(
        Reason.PayloadTooLarge,
        $"The document has {count} chunks, and {_options.ChunksPerDocumentMax} are allowed. Split it, or raise chunk_tokens_max of "
        + "its collection.");
}
