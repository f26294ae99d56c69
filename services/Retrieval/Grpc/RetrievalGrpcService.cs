using Grpc.Core;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval.Context;
using Millrace.Retrieval.Ingestion;
using Millrace.Retrieval.Search;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Grpc;

/// <summary>The contract over the core: it maps messages and nothing else.</summary>
internal sealed class RetrievalGrpcService(
    CollectionCatalog collections, DocumentCatalog documents, SearchEngine engine, ContextBuilder contexts,
    IOptions<RetrievalOptions> options)
    : RetrievalService.RetrievalServiceBase
{
    private static string Tenant => CallContext.Current.Tenant;

    /// <inheritdoc/>
    public override async Task<CreateCollectionResponse> CreateCollection(CreateCollectionRequest request, ServerCallContext context)
    {
        var wanted = new NewCollection(
            new CollectionKey(Tenant, request.Name),
            request.EmbeddingModel,
            request.Chunking?.ToSettings(options.Value.Chunking.Settings));
        var collection = await collections.CreateAsync(wanted, context.CancellationToken);
        return new CreateCollectionResponse { Collection = collection.ToProto() };
    }

    /// <inheritdoc/>
    public override Task<ListCollectionsResponse> ListCollections(ListCollectionsRequest request, ServerCallContext context) =>
        Task.FromResult(
            new ListCollectionsResponse { Collections = { collections.List(Tenant).Select(collection => collection.ToProto()) } });

    /// <inheritdoc/>
    public override async Task<DeleteCollectionResponse> DeleteCollection(DeleteCollectionRequest request, ServerCallContext context)
    {
        await collections.DeleteAsync(new CollectionKey(Tenant, request.Name), context.CancellationToken);
        return new DeleteCollectionResponse();
    }

    /// <inheritdoc/>
    public override async Task<UploadDocumentResponse> UploadDocument(
        IAsyncStreamReader<UploadDocumentRequest> requestStream, ServerCallContext context)
    {
        var reader = new UploadReader(requestStream, options.Value.Ingestion.DocumentBytesMax);
        var outcome = await documents.UploadAsync(await reader.ReadAsync(Tenant, context.CancellationToken), context.CancellationToken);
        return new UploadDocumentResponse { Document = outcome.Document.ToProto(), Unchanged = outcome.Unchanged };
    }

    /// <inheritdoc/>
    public override Task<GetDocumentResponse> GetDocument(GetDocumentRequest request, ServerCallContext context) =>
        Task.FromResult(new GetDocumentResponse { Document = documents.Require(Key(request.Collection, request.DocumentId)).ToProto() });

    /// <inheritdoc/>
    public override Task<ListDocumentsResponse> ListDocuments(ListDocumentsRequest request, ServerCallContext context)
    {
        var page = documents.List(
            new CollectionKey(Tenant, request.Collection), request.PageToken, RetrievalMapping.ToInt32(request.PageSize));
        return Task.FromResult(new ListDocumentsResponse
        {
            Documents = { page.Documents.Select(document => document.ToProto()) },
            NextPageToken = page.NextPageToken,
        });
    }

    /// <inheritdoc/>
    public override async Task<DeleteDocumentResponse> DeleteDocument(DeleteDocumentRequest request, ServerCallContext context)
    {
        await documents.DeleteAsync(Key(request.Collection, request.DocumentId), context.CancellationToken);
        return new DeleteDocumentResponse();
    }

    /// <inheritdoc/>
    public override async Task<SearchResponse> Search(SearchRequest request, ServerCallContext context) =>
        (await engine.SearchAsync(request.ToQuery(Tenant), context.CancellationToken)).ToProto();

    /// <inheritdoc/>
    public override async Task<BuildContextResponse> BuildContext(BuildContextRequest request, ServerCallContext context)
    {
        if (request.Search is null) throw MillraceException.InvalidArgument("search", "search is missing. Say what to search for.");
        var wanted = request.ToContext();
        var found = await engine.SearchAsync(request.Search.ToQuery(Tenant), context.CancellationToken);
        return (await contexts.PackAsync(found.Hits, wanted, context.CancellationToken)).ToProto(found.Explanation);
    }

    private static DocumentKey Key(string collection, string documentId) => new(new CollectionKey(Tenant, collection), documentId);
}
