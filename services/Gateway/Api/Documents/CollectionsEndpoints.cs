using System.Text.Json;
using Millrace.Contracts.Retrieval.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api.Documents;

/// <summary><c>/v1/collections</c>.</summary>
internal sealed class CollectionsEndpoints(RetrievalService.RetrievalServiceClient retrieval, VectorSettings vectors, JsonBody json)
{
    private const int DimensionMax = 16_384;

    public async Task<IResult> ListAsync(CancellationToken cancellationToken)
    {
        var answer = await retrieval.ListCollectionsAsync(new ListCollectionsRequest(), cancellationToken: cancellationToken);
        var list = new CollectionListJson("list", [.. answer.Collections.Select(CollectionJson.Of)]);
        return ApiResults.Json(list, CollectionJsonContext.Default.CollectionListJson);
    }

    public async Task<IResult> GetAsync(string name, CancellationToken cancellationToken)
    {
        var answer = await retrieval.ListCollectionsAsync(new ListCollectionsRequest(), cancellationToken: cancellationToken);
        var found = answer.Collections.FirstOrDefault(collection => collection.Name == name)
            ?? throw new MillraceException(
                Reason.CollectionNotFound, $"The collection '{name}' does not exist. GET /v1/collections lists those that do.")
            { Param = "collection" };
        return Answer(found);
    }

    public async Task<IResult> CreateAsync(HttpContext context)
    {
        using var body = await json.ReadAsync(context.Request, context.RequestAborted);
        var request = ReadNew(body.RootElement);
        await vectors.RequireAsync(request.EmbeddingModel, request.Dimension, context.RequestAborted);
        var answer = await retrieval.CreateCollectionAsync(request, cancellationToken: context.RequestAborted);
        return Answer(answer.Collection, StatusCodes.Status201Created);
    }

    public async Task<IResult> ReindexAsync(string name, HttpContext context)
    {
        using var body = await json.ReadAsync(context.Request, context.RequestAborted);
        var request = ReadReindex(body.RootElement);
        request.Name = name;
        try
        {
            var answer = await retrieval.ReindexCollectionAsync(request, cancellationToken: context.RequestAborted);
            return Answer(answer.Collection, StatusCodes.Status202Accepted);
        }
        catch (MillraceException refusal) when (refusal.Reason == Reason.ModelNotFound)
        {
            throw VectorSettings.InWordsOfTheApi(refusal);
        }
    }

    public async Task<IResult> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        await retrieval.DeleteCollectionAsync(new DeleteCollectionRequest { Name = name }, cancellationToken: cancellationToken);
        return ApiResults.Json(new DeletedJson("collection.deleted", name, true), CollectionJsonContext.Default.DeletedJson);
    }

    private static IResult Answer(Collection collection, int status = StatusCodes.Status200OK) =>
        ApiResults.Json(CollectionJson.Of(collection), CollectionJsonContext.Default.CollectionJson, status);

    private static CreateCollectionRequest ReadNew(JsonElement body)
    {
        var request = new CreateCollectionRequest();
        foreach (var field in JsonField.Root(body).Properties())
        {
            if (field.Name == "name") request.Name = field.Text(64);
            else if (field.Name is not ("embedding_model" or "chunking" or "dimension" or "description")) throw field.Unknown();
            else if (field.IsNull) continue;
            else if (field.Name == "embedding_model") request.EmbeddingModel = field.Text(256);
            else if (field.Name == "dimension") request.Dimension = (uint)field.Integer(1, DimensionMax);
            else if (field.Name == "description") request.Description = field.Text(1024);
            else request.Chunking = ChunkingFields.Read(field);
        }

        if (request.Name.Length == 0) throw MillraceException.InvalidArgument("name", "'name' is missing. Give the collection a name.");
        return request;
    }

    private static ReindexCollectionRequest ReadReindex(JsonElement body)
    {
        var request = new ReindexCollectionRequest();
        foreach (var field in JsonField.Root(body).Properties())
        {
            if (field.Name is not ("embedding_model" or "chunking" or "dimension")) throw field.Unknown();
            if (field.IsNull) continue;
            if (field.Name == "embedding_model") request.EmbeddingModel = field.Text(256);
            else if (field.Name == "dimension") request.Dimension = (uint)field.Integer(1, DimensionMax);
            else request.Chunking = ChunkingFields.Read(field);
        }

        return request;
    }
}

/// <summary>Maps the endpoints of collections.</summary>
internal static class CollectionsMapping
{
    private const string One = "/collections/{name}";

    public static void MapCollections(this IEndpointRouteBuilder v1)
    {
        v1.MapGet("/collections", (CollectionsEndpoints collections, CancellationToken cancellationToken) =>
            collections.ListAsync(cancellationToken));
        v1.MapPost("/collections", (HttpContext context, CollectionsEndpoints collections) => collections.CreateAsync(context));
        v1.MapGet(One, (string name, CollectionsEndpoints collections, CancellationToken cancellationToken) =>
            collections.GetAsync(name, cancellationToken));
        v1.MapDelete(One, (string name, CollectionsEndpoints collections, CancellationToken cancellationToken) =>
            collections.DeleteAsync(name, cancellationToken));
        v1.MapPost(One + "/reindex", (string name, HttpContext context, CollectionsEndpoints collections) =>
            collections.ReindexAsync(name, context));
    }
}
