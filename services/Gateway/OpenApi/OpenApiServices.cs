using System.Text;
using Millrace.ServiceDefaults.Http;

namespace Millrace.Gateway.OpenApi;

/// <summary>Serves the API document.</summary>
internal sealed class ApiDocumentEndpoint
{
    private readonly Lazy<byte[]> _document = new(() => Encoding.UTF8.GetBytes(ApiDocument.Make().ToJsonString()));

    public IResult Get() => Results.Bytes(_document.Value, ApiJson.ContentType);
}

/// <summary>Registers and maps the API document.</summary>
internal static class OpenApiServices
{
    public static void AddOpenApi(this IServiceCollection services) => services.AddSingleton<ApiDocumentEndpoint>();

    public static void MapOpenApi(this IEndpointRouteBuilder app) =>
        app.MapGet("/openapi.json", (ApiDocumentEndpoint document) => document.Get());
}
