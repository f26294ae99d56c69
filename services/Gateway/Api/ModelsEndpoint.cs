using System.Text.Json.Serialization;
using Millrace.Gateway.Models;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api;

/// <summary><c>GET /v1/models</c> and <c>GET /v1/models/{id}</c>.</summary>
internal sealed class ModelsEndpoint(ModelDirectory directory, TimeProvider time)
{
    // The OpenAI API tells when a model was made; what is known here is since when it is served.
    private readonly long _created = time.GetUtcNow().ToUnixTimeSeconds();

    public async Task<IResult> ListAsync(CancellationToken cancellationToken)
    {
        var models = await directory.ListAsync(cancellationToken);
        return ApiResults.Json(new ModelListJson("list", [.. models.Select(Describe)]), ModelJsonContext.Default.ModelListJson);
    }

    public async Task<IResult> GetAsync(string id, CancellationToken cancellationToken)
    {
        var models = await directory.ListAsync(cancellationToken);
        var found = models.FirstOrDefault(model => model.Id == id) ?? throw new MillraceException(
            Reason.ModelNotFound, $"The model '{id}' does not exist. Available: {string.Join(", ", models.Select(model => model.Id))}.")
        {
            Param = "model",
        };
        return ApiResults.Json(Describe(found), ModelJsonContext.Default.ModelJson);
    }

    private ModelJson Describe(CatalogModel model) => new(
        model.Id, "model", _created, "millrace", new ModelExtensionJson(Kind(model.Kind), model.ContextTokensMax));

    private static string Kind(ModelKind kind) => kind switch
    {
        ModelKind.Assistant => "assistant",
        ModelKind.Embedding => "embedding",
        ModelKind.Rerank => "rerank",
        _ => "chat",
    };
}

/// <summary>Maps the endpoints of models.</summary>
internal static class ModelsMapping
{
    public static void MapModels(this IEndpointRouteBuilder v1)
    {
        v1.MapGet("/models", (ModelsEndpoint models, CancellationToken cancellationToken) => models.ListAsync(cancellationToken));
        v1.MapGet("/models/{id}", (string id, ModelsEndpoint models, CancellationToken cancellationToken) =>
            models.GetAsync(id, cancellationToken));
    }
}

internal sealed record ModelListJson(string Object, ModelJson[] Data);

internal sealed record ModelJson(string Id, string Object, long Created, string OwnedBy, ModelExtensionJson Millrace);

internal sealed record ModelExtensionJson(string Kind, int ContextTokensMax);

/// <summary>Source-generated JSON of models.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ModelListJson))]
[JsonSerializable(typeof(ModelJson))]
internal sealed partial class ModelJsonContext : JsonSerializerContext;
