using Grpc.Core;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval.Context;
using Millrace.Retrieval.Ingestion;
using Millrace.Retrieval.Search;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Grpc;

/// <summary>What may be done with collections, documents and jobs.</summary>
internal sealed record RetrievalCatalogs(
    CollectionCatalog Collections, DocumentCatalog Documents, JobCatalog Jobs, SpanReader Spans, IngestionProgress Progress);

/// <summary>The contract over the core: it maps messages and nothing else.</summary>
internal sealed partial class RetrievalGrpcService(
    RetrievalCatalogs catalogs, UploadMemory uploads, SearchEngine engine, ContextBuilder contexts, IOptions<RetrievalOptions> options)
    : RetrievalService.RetrievalServiceBase
{
    private static string Tenant => CallContext.Current.Tenant;

    /// <inheritdoc/>
    public override async Task<SearchResponse> Search(SearchRequest request, ServerCallContext context) =>
        (await engine.SearchAsync(request.ToQuery(Tenant), context.CancellationToken)).ToProto();

    /// <inheritdoc/>
    public override async Task<BuildContextResponse> BuildContext(BuildContextRequest request, ServerCallContext context)
    {
        if (request.Search is null) throw MillraceException.InvalidArgument("search", "search is missing. Say what to search for.");
        var wanted = request.ToContext();
        var found = await engine.SearchAsync(request.Search.ToQuery(Tenant), context.CancellationToken);
        return (await contexts.PackAsync(found.Hits, wanted, context.CancellationToken)).ToProto(found);
    }
}
