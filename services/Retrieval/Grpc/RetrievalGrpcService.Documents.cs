using Grpc.Core;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval.Ingestion;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Calls;
using Chunked = Millrace.Retrieval.Chunking.ChunkingSettings;

namespace Millrace.Retrieval.Grpc;

// Collections, documents and jobs.
internal sealed partial class RetrievalGrpcService
{
    /// <inheritdoc/>
    public override async Task<CreateCollectionResponse> CreateCollection(CreateCollectionRequest request, ServerCallContext context)
    {
        var wanted = new NewCollection(
            Key(request.Name), request.EmbeddingModel, RetrievalMapping.ToInt32(request.Dimension), Settings(request.Chunking))
        {
            Description = request.Description,
            Sayings = new CollectionSayings(request.Title, request.MetadataJson),
        };
        var collection = await catalogs.Collections.CreateAsync(wanted, context.CancellationToken);
        return new CreateCollectionResponse { Collection = collection.ToProto() };
    }

    /// <inheritdoc/>
    public override Task<ListCollectionsResponse> ListCollections(ListCollectionsRequest request, ServerCallContext context) =>
        Task.FromResult(new ListCollectionsResponse
        {
            Collections = { catalogs.Collections.List(Tenant).Select(collection => collection.ToProto()) },
        });

    /// <inheritdoc/>
    public override Task<GetCollectionResponse> GetCollection(GetCollectionRequest request, ServerCallContext context)
    {
        var (collection, counts) = catalogs.Collections.Get(Key(request.Name));
        return Task.FromResult(new GetCollectionResponse { Collection = collection.ToProto(), Counts = counts.ToProto() });
    }

    /// <inheritdoc/>
    public override async Task<UpdateCollectionResponse> UpdateCollection(UpdateCollectionRequest request, ServerCallContext context)
    {
        var changed = await catalogs.Collections.UpdateAsync(
            Key(request.Name),
            request.HasTitle ? request.Title : null,
            request.HasMetadataJson ? request.MetadataJson : null,
            context.CancellationToken);
        return new UpdateCollectionResponse { Collection = changed.ToProto() };
    }

    /// <inheritdoc/>
    public override async Task<DeleteCollectionResponse> DeleteCollection(DeleteCollectionRequest request, ServerCallContext context)
    {
        await catalogs.Collections.DeleteAsync(Key(request.Name), context.CancellationToken);
        return new DeleteCollectionResponse();
    }

    /// <inheritdoc/>
    public override async Task<ReindexCollectionResponse> ReindexCollection(ReindexCollectionRequest request, ServerCallContext context)
    {
        var wanted = new NewCollection(
            Key(request.Name), request.EmbeddingModel, RetrievalMapping.ToInt32(request.Dimension), Settings(request.Chunking));
        var collection = await catalogs.Collections.ReindexAsync(wanted, context.CancellationToken);
        return new ReindexCollectionResponse { Collection = collection.ToProto() };
    }

    /// <inheritdoc/>
    public override async Task<UploadDocumentResponse> UploadDocument(
        IAsyncStreamReader<UploadDocumentRequest> requestStream, ServerCallContext context)
    {
        var (outcome, wait) = await StoreAsync(requestStream, context.CancellationToken);
        var document = wait ? await catalogs.Documents.WaitAsync(outcome.Document, context.CancellationToken) : outcome.Document;
        return new UploadDocumentResponse { Document = document.ToProto(catalogs.Progress), Unchanged = outcome.Unchanged };
    }

    /// <inheritdoc/>
    public override Task<GetDocumentResponse> GetDocument(GetDocumentRequest request, ServerCallContext context)
    {
        var document = CallerSight.Require(catalogs.Documents, Key(request.Collection, request.DocumentId));
        return Task.FromResult(new GetDocumentResponse { Document = document.ToProto(catalogs.Progress) });
    }

    /// <inheritdoc/>
    public override Task<ListDocumentsResponse> ListDocuments(ListDocumentsRequest request, ServerCallContext context)
    {
        var listing = new DocumentListing(request.State.ToState(), request.PageToken, RetrievalMapping.ToInt32(request.PageSize))
        {
            JobId = request.JobId,
        };
        var page = catalogs.Documents.List(Key(request.Collection), listing);
        return Task.FromResult(new ListDocumentsResponse
        {
            Documents = { page.Documents.Where(CallerSight.Sees).Select(document => document.ToProto(catalogs.Progress)) },
            NextPageToken = page.NextPageToken,
        });
    }

    /// <inheritdoc/>
    public override async Task<UpdateDocumentResponse> UpdateDocument(UpdateDocumentRequest request, ServerCallContext context)
    {
        var change = new DocumentChange(
            request.HasMetadataJson ? MetadataRules.Parse(request.MetadataJson) : null,
            request.AccessLabels is { } labels ? MetadataRules.Labels(labels.Labels) : null);
        var key = Key(request.Collection, request.DocumentId);
        CallerSight.RequireSeen(catalogs.Documents, key);
        var document = await catalogs.Documents.UpdateAsync(key, change, context.CancellationToken);
        return new UpdateDocumentResponse { Document = document.ToProto(catalogs.Progress) };
    }

    /// <inheritdoc/>
    public override Task<ReadSpanResponse> ReadSpan(ReadSpanRequest request, ServerCallContext context)
    {
        var span = catalogs.Spans.Read(new SpanQuery(
            Key(request.Collection, request.DocumentId),
            RetrievalMapping.ToInt32(request.DocumentVersion),
            RetrievalMapping.ToInt32(request.Start),
            RetrievalMapping.ToInt32(request.Length),
            request.AccessLabels.Within(CallContext.Current.Labels)));
        return Task.FromResult(new ReadSpanResponse
        {
            Text = span.Text,
            DocumentVersion = (uint)span.Source.Version,
            CurrentVersion = (uint)span.Source.Document.IndexedVersion,
            TextLength = (uint)span.Source.Text.Length,
            Title = span.Source.Title,
        });
    }

    /// <inheritdoc/>
    public override async Task<DeleteDocumentResponse> DeleteDocument(DeleteDocumentRequest request, ServerCallContext context)
    {
        var key = Key(request.Collection, request.DocumentId);
        CallerSight.RequireSeen(catalogs.Documents, key);
        await catalogs.Documents.DeleteAsync(key, context.CancellationToken);
        return new DeleteDocumentResponse();
    }

    /// <inheritdoc/>
    public override async Task<CreateJobResponse> CreateJob(CreateJobRequest request, ServerCallContext context)
    {
        var job = await catalogs.Jobs.CreateAsync(Key(request.Collection), context.CancellationToken);
        return new CreateJobResponse { Job = job.ToProto() };
    }

    /// <inheritdoc/>
    public override Task<GetJobResponse> GetJob(GetJobRequest request, ServerCallContext context) =>
        Task.FromResult(new GetJobResponse { Job = catalogs.Jobs.Require(Tenant, request.JobId).ToProto() });

    /// <inheritdoc/>
    public override Task<ListJobsResponse> ListJobs(ListJobsRequest request, ServerCallContext context)
    {
        var page = catalogs.Jobs.List(Key(request.Collection), request.PageToken, RetrievalMapping.ToInt32(request.PageSize));
        return Task.FromResult(
            new ListJobsResponse { Jobs = { page.Jobs.Select(job => job.ToProto()) }, NextPageToken = page.NextPageToken });
    }

    /// <inheritdoc/>
    public override async Task<RetryJobResponse> RetryJob(RetryJobRequest request, ServerCallContext context) =>
        new() { Job = (await catalogs.Jobs.RetryAsync(Tenant, request.JobId, context.CancellationToken)).ToProto() };

    /// <inheritdoc/>
    public override async Task<CancelJobResponse> CancelJob(CancelJobRequest request, ServerCallContext context) =>
        new() { Job = (await catalogs.Jobs.CancelAsync(Tenant, request.JobId, context.CancellationToken)).ToProto() };

    // The bytes are held until they are stored, and not while somebody waits for what becomes of them.
    private async Task<(UploadOutcome Outcome, bool Wait)> StoreAsync(
        IAsyncStreamReader<UploadDocumentRequest> messages, CancellationToken cancellationToken)
    {
        using var buffer = new UploadBuffer(options.Value.Ingestion.DocumentBytesMax, uploads);
        var upload = await new UploadReader(messages, buffer).ReadAsync(Tenant, cancellationToken);
        CallerSight.RequireReplaceable(catalogs.Documents, Key(upload.Collection, upload.DocumentId));
        return (await catalogs.Documents.UploadAsync(upload, cancellationToken), upload.Wait);
    }

    private static CollectionKey Key(string collection) => new(Tenant, collection);

    private static DocumentKey Key(string collection, string documentId) => new(Key(collection), documentId);

    private Chunked? Settings(ChunkingSettings? chunking) => chunking?.ToSettings(options.Value.Chunking.Settings);
}
