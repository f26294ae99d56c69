using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Ingestion;

/// <summary>What became of an upload.</summary>
/// <param name="Document">The document as it stands now.</param>
/// <param name="Unchanged">Whether nothing was done, because it was the same as before.</param>
internal sealed record UploadOutcome(StoredDocument Document, bool Unchanged);

/// <summary>Documents of a collection by id.</summary>
/// <param name="Documents">The documents.</param>
/// <param name="NextPageToken">Where to go on; empty at the end.</param>
internal sealed record DocumentPage(IReadOnlyList<StoredDocument> Documents, string NextPageToken);

/// <summary>Takes documents in: checked and stored first, which is what is acknowledged, and worked on afterwards.</summary>
internal sealed class DocumentCatalog(
    DocumentStore documents, IngestionSignals signals, IOptions<RetrievalOptions> options, TimeProvider time)
{
    private const int PageSizeDefault = 100;
    private const int PageSizeMax = 1000;
    private readonly RetrievalOptions _options = options.Value;

    /// <summary>Stores an upload.</summary>
    /// <exception cref="MillraceException">It is not valid, or there is no such collection.</exception>
    public async Task<UploadOutcome> UploadAsync(DocumentUpload upload, CancellationToken cancellationToken)
    {
        var (document, unchanged) = await documents.PutAsync(Checked(upload), _options.DocumentLimits, cancellationToken);
        if (!unchanged) signals.Queued();
        if (upload.Wait) document = await WaitAsync(document, cancellationToken);
        return new UploadOutcome(document, unchanged);
    }

    /// <summary>Deletes a document.</summary>
    /// <exception cref="MillraceException">There is none.</exception>
    public async Task DeleteAsync(DocumentKey key, CancellationToken cancellationToken)
    {
        if (!await documents.DeleteAsync(key, cancellationToken)) throw NotFound(key);
        signals.Settled(key);
    }

    /// <summary>Finds a document.</summary>
    /// <exception cref="MillraceException">There is none.</exception>
    public StoredDocument Require(DocumentKey key) => documents.Find(key) ?? throw NotFound(key);

    /// <summary>Documents by id.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="pageToken">Where to go on; empty for the beginning.</param>
    /// <param name="pageSize">Most documents to return; 0 for 100.</param>
    /// <exception cref="MillraceException">There is no such collection, or the page is too large.</exception>
    public DocumentPage List(CollectionKey collection, string pageToken, int pageSize)
    {
        if (pageSize is < 0 or > PageSizeMax)
            throw MillraceException.InvalidArgument("page_size", $"page_size is {pageSize}. Set it to 0 to {PageSizeMax}.");
        var countMax = pageSize == 0 ? PageSizeDefault : pageSize;
        var found = documents.List(collection, pageToken, countMax + 1);
        return found.Count <= countMax
            ? new DocumentPage(found, "")
            : new DocumentPage([.. found.Take(countMax)], found[countMax - 1].Key.DocumentId);
    }

    /// <summary>Waits until a document is ready or failed.</summary>
    /// <exception cref="MillraceException">It was deleted meanwhile.</exception>
    public async Task<StoredDocument> WaitUntilSettledAsync(DocumentKey key, CancellationToken cancellationToken)
    {
        while (true)
        {
            var change = signals.NextSettled(key);
            var document = documents.Find(key);
            if (document?.State is not (DocumentState.Queued or DocumentState.Processing)) signals.Settled(key);
            if (document is null) throw NotFound(key);
            if (document.State is DocumentState.Ready or DocumentState.Failed) return document;
            await change.WaitAsync(cancellationToken);
        }
    }

    private async Task<StoredDocument> WaitAsync(StoredDocument document, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_options.Ingestion.WaitMax, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await WaitUntilSettledAsync(document.Key, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Require(document.Key);
        }
    }

    private NewDocument Checked(DocumentUpload upload)
    {
        UploadRules.RequireCollectionName(upload.Collection, "collection");
        var id = upload.DocumentId.Length > 0 ? upload.DocumentId : upload.FileName;
        UploadRules.RequireDocumentId(id);
        UploadRules.RequireMetadata(upload.Metadata);
        var mediaType = MediaTypes.Resolve(upload.MediaType, upload.FileName.Length > 0 ? upload.FileName : id);
        if (upload.Content.Length > _options.Ingestion.DocumentBytesMax) throw UploadBuffer.TooLarge(_options.Ingestion.DocumentBytesMax);
        DocumentRules.RequireReadable(mediaType, upload.Content);
        var key = new DocumentKey(new CollectionKey(upload.Tenant, upload.Collection), id);
        return new NewDocument(key, mediaType, Convert.ToHexStringLower(SHA256.HashData(upload.Content)), upload.Content, upload.Metadata);
    }

    private static MillraceException NotFound(DocumentKey key) => new(
        Reason.DocumentNotFound,
        $"There is no document '{key.DocumentId}' in the collection '{key.Collection.Name}'. List the collection's documents to see "
        + "which there are.")
    { Param = "document_id" };
}
