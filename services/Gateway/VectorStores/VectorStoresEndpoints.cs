using Millrace.Contracts.Retrieval.V1;
using Millrace.Gateway.Api;
using Millrace.Gateway.Api.Documents;
using Millrace.Gateway.Files;
using Millrace.Gateway.Retrieval;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.VectorStores;

/// <summary>
/// <c>/v1/vector_stores</c>: the collections in the shape of OpenAI's vector stores. The id of a store is the name of its collection, so
/// that each collection is a store, however it was made.
/// </summary>
internal sealed class VectorStoresEndpoints(
    RetrievalService.RetrievalServiceClient retrieval, FileAttaching attaching, VectorSettings vectors, JsonBody json)
{
    private const int PageSize = 20;
    private const int PageSizeMax = 100;

    public async Task<IResult> CreateAsync(HttpContext context)
    {
        using var body = await json.ReadAsync(context.Request, context.RequestAborted);
        var wanted = VectorStoreRequests.ReadNew(body.RootElement);
        await vectors.RequireAsync(wanted.Collection.EmbeddingModel, wanted.Collection.Dimension, context.RequestAborted);
        await retrieval.CreateCollectionAsync(wanted.Collection, cancellationToken: context.RequestAborted);
        try
        {
            foreach (var file in wanted.FileIds)
                await attaching.AttachAsync(file, new UploadHeader { Collection = wanted.Collection.Name }, context.RequestAborted);
        }
        catch (MillraceException)
        {
            // A request that fails leaves no half of a store.
            await retrieval.DeleteCollectionAsync(new DeleteCollectionRequest { Name = wanted.Collection.Name });
            throw;
        }

        return await GetAsync(wanted.Collection.Name, context.RequestAborted);
    }

    public async Task<IResult> ListAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        QueryFields.RequireKnown(request, "limit", "after", "before", "order");
        var answer = await retrieval.ListCollectionsAsync(new ListCollectionsRequest(), cancellationToken: cancellationToken);
        var page = Page(request, answer.Collections);
        var stores = await Task.WhenAll(page.Data.Select(collection => DescribeAsync(collection.Name, cancellationToken)));
        var list = new VectorStoreListJson("list", stores, stores.FirstOrDefault()?.Id, stores.LastOrDefault()?.Id, page.HasMore);
        return ApiResults.Json(list, VectorStoreJsonContext.Default.VectorStoreListJson);
    }

    public async Task<IResult> GetAsync(string id, CancellationToken cancellationToken) =>
        ApiResults.Json(await DescribeAsync(id, cancellationToken), VectorStoreJsonContext.Default.VectorStoreJson);

    public async Task<IResult> UpdateAsync(string id, HttpContext context)
    {
        using var body = await json.ReadAsync(context.Request, context.RequestAborted);
        var request = VectorStoreRequests.ReadUpdate(body.RootElement, id);
        await retrieval.UpdateCollectionAsync(request, cancellationToken: context.RequestAborted);
        return await GetAsync(id, context.RequestAborted);
    }

    public async Task<IResult> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        await retrieval.DeleteCollectionAsync(new DeleteCollectionRequest { Name = id }, cancellationToken: cancellationToken);
        return ApiResults.Json(
            new StoreDeletedJson(id, "vector_store.deleted", true), VectorStoreJsonContext.Default.StoreDeletedJson);
    }

    public async Task<IResult> SearchAsync(string id, HttpContext context)
    {
        using var body = await json.ReadAsync(context.Request, context.RequestAborted);
        var request = VectorStoreRequests.ReadSearch(body.RootElement, id);
        var answer = await retrieval.SearchAsync(request, cancellationToken: context.RequestAborted).InWordsOfTheCallerAsync();
        var names = await attaching.NamesAsync(answer.Results.Select(found => found.Passage.DocumentId), context.RequestAborted);
        var found = new FoundPageJson(
            "vector_store.search_results.page",
            [request.Query, .. request.Variants.Select(variant => variant.Text)],
            [.. answer.Results.Select(result => Describe(result, names))],
            false,
            null);
        return ApiResults.Json(found, VectorStoreJsonContext.Default.FoundPageJson);
    }

    private static FoundJson Describe(SearchResult result, Dictionary<string, string> names) => new(
        result.Passage.DocumentId,
        names[result.Passage.DocumentId],
        result.Score,
        MetadataJson.Parse(result.Passage.MetadataJson),
        [new ContentJson("text", result.Passage.Text)]);

    // Collections of a tenant are few, so that a page is cut here.
    private static (IReadOnlyList<Collection> Data, bool HasMore) Page(HttpRequest request, IEnumerable<Collection> collections)
    {
        var ordered = collections.OrderBy(store => store.CreatedAt?.ToDateTimeOffset()).ThenBy(store => store.Name).ToList();
        if (!FilesEndpoints.IsAscending(request)) ordered.Reverse();
        var limit = QueryFields.Limit(request, PageSizeMax) is > 0 and var asked ? (int)asked : PageSize;
        var (after, before) = (request.Query["after"].ToString(), request.Query["before"].ToString());
        if (before.Length > 0)
        {
            var ahead = ordered.Take(Find(ordered, before, "before")).ToList();
            return ([.. ahead.TakeLast(limit)], ahead.Count > limit);
        }

        var rest = after.Length == 0 ? ordered : ordered.Skip(Find(ordered, after, "after") + 1).ToList();
        return ([.. rest.Take(limit)], rest.Count > limit);
    }

    private static int Find(List<Collection> ordered, string id, string param) =>
        ordered.FindIndex(store => store.Name == id) is >= 0 and var index
            ? index
            : throw MillraceException.InvalidArgument(param, $"'{param}' is no id of a store. Take one from the page before.");

    private async Task<VectorStoreJson> DescribeAsync(string id, CancellationToken cancellationToken)
    {
        var answer = await retrieval.GetCollectionAsync(new GetCollectionRequest { Name = id }, cancellationToken: cancellationToken);
        return VectorStoreJson.Of(answer.Collection, answer.Counts);
    }
}
