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

/// <summary>Which documents are listed.</summary>
/// <param name="State">Only those in this state; null for all.</param>
/// <param name="PageToken">Where to go on; empty for the beginning.</param>
/// <param name="PageSize">Most documents to return; 0 for 100.</param>
internal sealed record DocumentListing(DocumentState? State, string PageToken, int PageSize)
{
    /// <summary>Only those that were last uploaded for this job; empty for all.</summary>
    public string JobId { get; init; } = "";
}

/// <summary>Takes documents in: checked and stored first, which is what is acknowledged, and worked on afterwards.</summary>
internal sealed class DocumentCatalog(
    DocumentStore documents, OutboxStore outbox, IngestionSignals signals, IOptions<RetrievalOptions> options, IngestionTools tools)
{
    private const int PageSizeDefault = 100;
    private const int PageSizeMax = 1000;
    private readonly RetrievalOptions _options = options.Value;

    /// <summary>Stores an upload.</summary>
    /// <exception cref="MillraceException">It is not valid, or there is no such collection.</exception>
    public async Task<UploadOutcome> UploadAsync(DocumentUpload upload, CancellationToken cancellationToken)
    {
        var outcome = await documents.PutAsync(Checked(upload), _options.DocumentLimits, cancellationToken);
        signals.Queue.Set();
        await SeenAsync(outcome, cancellationToken);
        return new UploadOutcome(outcome.Document, outcome.Unchanged);
    }

    /// <summary>Waits until a document is ready or failed, and no longer than is allowed.</summary>
    /// <returns>The document as it stands then.</returns>
    /// <exception cref="MillraceException">It was deleted meanwhile.</exception>
    public async Task<StoredDocument> WaitAsync(StoredDocument document, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_options.Ingestion.WaitMax, tools.Time);
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

    /// <summary>Changes what is said of a document. When the task ends, searches go by it.</summary>
    /// <exception cref="MillraceException">There is none, or the change is not valid.</exception>
    public async Task<StoredDocument> UpdateAsync(DocumentKey key, DocumentChange change, CancellationToken cancellationToken)
    {
        var outcome = await documents.UpdateAsync(key, change, cancellationToken);
        await SeenAsync(outcome, cancellationToken);
        return outcome.Document;
    }

    /// <summary>Deletes a document.</summary>
    /// <exception cref="MillraceException">There is none.</exception>
    public async Task DeleteAsync(DocumentKey key, CancellationToken cancellationToken)
    {
        if (!await documents.DeleteAsync(key, cancellationToken)) throw DocumentStore.NotFound(key);
        signals.Settled(key);
        signals.Outbox.Set();
    }

    /// <summary>Finds a document.</summary>
    /// <exception cref="MillraceException">There is none.</exception>
    public StoredDocument Require(DocumentKey key) => documents.Find(key) ?? throw DocumentStore.NotFound(key);

    /// <summary>Finds a document that may not be there.</summary>
    public StoredDocument? Find(DocumentKey key) => documents.Find(key);

    /// <summary>Documents by id.</summary>
    /// <exception cref="MillraceException">There is no such collection, or the page is too large.</exception>
    public DocumentPage List(CollectionKey collection, DocumentListing listing)
    {
        if (listing.PageSize is < 0 or > PageSizeMax)
            throw MillraceException.InvalidArgument("page_size", $"page_size is {listing.PageSize}. Set it to 0 to {PageSizeMax}.");
        var countMax = listing.PageSize == 0 ? PageSizeDefault : listing.PageSize;
        var found = documents.List(collection, listing.State, listing.PageToken, countMax + 1, listing.JobId);
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
            if (document is null) throw DocumentStore.NotFound(key);
            if (document.State is DocumentState.Ready or DocumentState.Failed) return document;
            await change.WaitAsync(cancellationToken);
        }
    }

    // The truth is changed, and passages are checked against it; the wait is for the index, which may be behind. It is not waited for long.
    private async Task SeenAsync(StoreOutcome outcome, CancellationToken cancellationToken)
    {
        if (outcome.Outbox == 0) return;
        var told = signals.NextTold(outcome.Outbox);
        signals.Outbox.Set();
        using var limit = new CancellationTokenSource(_options.Ingestion.UpdateWaitMax, tools.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            if (outbox.Has(outcome.Outbox)) await told.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            IngestionLog.UpdateBehind(tools.Logger, outcome.Document.Key.DocumentId);
        }
        finally
        {
            signals.Forget(outcome.Outbox);
        }
    }

    private NewDocument Checked(DocumentUpload upload)
    {
        UploadRules.RequireCollectionName(upload.Collection, "collection");
        var id = upload.DocumentId.Length > 0 ? upload.DocumentId : upload.FileName;
        UploadRules.RequireDocumentId(id);
        var metadata = MetadataRules.Merge(upload.Metadata, upload.MetadataJson);
        var labels = MetadataRules.Labels(upload.AccessLabels);
        var mediaType = MediaTypes.Resolve(upload.MediaType, upload.FileName.Length > 0 ? upload.FileName : id);
        if (upload.Content.Length > _options.Ingestion.DocumentBytesMax) throw UploadBuffer.TooLarge(_options.Ingestion.DocumentBytesMax);
        DocumentRules.RequireReadable(mediaType, upload.Content);
        return new NewDocument
        {
            Key = new DocumentKey(new CollectionKey(upload.Tenant, upload.Collection), id),
            MediaType = mediaType,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(upload.Content)),
            Content = upload.Content,
            Metadata = metadata,
            AccessLabels = labels,
            JobId = upload.JobId,
        };
    }
}
