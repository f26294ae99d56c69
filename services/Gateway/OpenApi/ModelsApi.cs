using Millrace.Gateway.Api;

namespace Millrace.Gateway.OpenApi;

/// <summary>Models, explanations and the document itself.</summary>
internal static class ModelsApi
{
    /// <summary>The routes.</summary>
    public static IReadOnlyList<ApiRoute> Routes { get; } =
    [
        new("GET", "/openapi.json", "This document") { Response = ApiSchema.Of("OpenApi", """{"type": "object"}""") },
        new("GET", "/v1/models", "Lists models and assistants") { Response = ApiSchema.Of(ModelJsonContext.Default.ModelListJson) },
        new("GET", "/v1/models/{id}", "Returns a model") { Response = ApiSchema.Of(ModelJsonContext.Default.ModelJson) },
        new("GET", "/v1/requests/{id}/explain", "Tells how an answer came about")
        {
            Response = ApiSchema.Of("Explanation", """{"type": "object"}"""),
        },
    ];
}
