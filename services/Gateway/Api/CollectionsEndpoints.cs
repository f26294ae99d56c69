using System.Text.Json;
using Millrace.Contracts.Retrieval.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api;

/// <summary><c>/v1/collections</c>.</summary>
internal sealed class CollectionsEndpoints(RetrievalService.RetrievalServiceClient retrieval, JsonBody json)
{
    public async Task<IResult> ListAsync(CancellationToken cancellationToken)
    {
        var answer = await retrieval.ListCollectionsAsync(new ListCollectionsRequest(), cancellationToken: cancellationToken);
        var list = new CollectionListJson("list", [.. answer.Collections.Select(CollectionJson.Of)]);
        return ApiResults.Json(list, CollectionJsonContext.Default.CollectionListJson);
    }

    public async Task<IResult> CreateAsync(HttpContext context)
    {
        using var body = await json.ReadAsync(context.Request, context.RequestAborted);
        var answer = await retrieval.CreateCollectionAsync(Read(body.RootElement), cancellationToken: context.RequestAborted);
        return ApiResults.Json(
            CollectionJson.Of(answer.Collection), CollectionJsonContext.Default.CollectionJson, statusCode: StatusCodes.Status201Created);
    }

    public async Task<IResult> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        await retrieval.DeleteCollectionAsync(new DeleteCollectionRequest { Name = name }, cancellationToken: cancellationToken);
        return ApiResults.Json(new DeletedJson("collection.deleted", name, true), CollectionJsonContext.Default.DeletedJson);
    }

    private static CreateCollectionRequest Read(JsonElement body)
    {
        var request = new CreateCollectionRequest();
        foreach (var field in JsonField.Root(body).Properties())
        {
            if (field.Name == "name") request.Name = field.Text(64);
            else if (field.Name is not ("embedding_model" or "chunking")) throw field.Unknown();
            else if (field.IsNull) continue;
            else if (field.Name == "embedding_model") request.EmbeddingModel = field.Text(256);
            else request.Chunking = ReadChunking(field);
        }

        if (request.Name.Length == 0) throw MillraceException.InvalidArgument("name", "'name' is missing. Give the collection a name.");
        return request;
    }

    private static ChunkingSettings ReadChunking(JsonField chunking)
    {
        var settings = new ChunkingSettings();
        foreach (var field in chunking.Properties().Where(field => !field.IsNull))
        {
            if (field.Name == "chunk_tokens_max") settings.ChunkTokensMax = (uint)field.Integer(1, 65_536);
            else if (field.Name == "overlap_tokens") settings.OverlapTokens = (uint)field.Integer(0, 65_536);
            else throw field.Unknown();
        }

        return settings;
    }
}

/// <summary>Maps the endpoints of collections.</summary>
internal static class CollectionsMapping
{
    public static void MapCollections(this IEndpointRouteBuilder v1)
    {
        v1.MapGet("/collections", (CollectionsEndpoints collections, CancellationToken cancellationToken) =>
            collections.ListAsync(cancellationToken));
        v1.MapPost("/collections", (HttpContext context, CollectionsEndpoints collections) => collections.CreateAsync(context));
        v1.MapDelete("/collections/{name}", (string name, CollectionsEndpoints collections, CancellationToken cancellationToken) =>
            collections.DeleteAsync(name, cancellationToken));
    }
}
