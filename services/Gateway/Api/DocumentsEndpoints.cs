using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Retrieval.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api;

/// <summary><c>/v1/collections/{name}/documents</c>.</summary>
internal sealed class DocumentsEndpoints(
    RetrievalService.RetrievalServiceClient retrieval, DocumentUpload upload, IOptions<GatewayOptions> options)
{
    public async Task<IResult> ListAsync(string name, HttpRequest request, CancellationToken cancellationToken)
    {
        RequireQuery(request, "limit", "after");
        var answer = await retrieval.ListDocumentsAsync(
            new ListDocumentsRequest { Collection = name, PageSize = Limit(request), PageToken = request.Query["after"].ToString() },
            cancellationToken: cancellationToken);
        var next = answer.NextPageToken.Length == 0 ? null : answer.NextPageToken;
        var list = new DocumentListJson("list", [.. answer.Documents.Select(DocumentJson.Of)], next is not null, next);
        return ApiResults.Json(list, CollectionJsonContext.Default.DocumentListJson);
    }

    public async Task<IResult> GetAsync(string name, string id, CancellationToken cancellationToken)
    {
        var request = new GetDocumentRequest { Collection = name, DocumentId = Decode(id) };
        var answer = await retrieval.GetDocumentAsync(request, cancellationToken: cancellationToken);
        return ApiResults.Json(DocumentJson.Of(answer.Document), CollectionJsonContext.Default.DocumentJson);
    }

    public async Task<IResult> DeleteAsync(string name, string id, CancellationToken cancellationToken)
    {
        var request = new DeleteDocumentRequest { Collection = name, DocumentId = Decode(id) };
        await retrieval.DeleteDocumentAsync(request, cancellationToken: cancellationToken);
        return ApiResults.Json(new DeletedJson("document.deleted", request.DocumentId, true), CollectionJsonContext.Default.DeletedJson);
    }

    public async Task<IResult> UploadAsync(string name, string? id, HttpContext context)
    {
        RequireQuery(context.Request, "wait");
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = GatewayServiceExtensions.HardLimitFactor * options.Value.UploadBytesMax;
        var header = new UploadHeader { Collection = name, DocumentId = Decode(id ?? string.Empty), Wait = Wait(context.Request) };
        var document = await upload.RunAsync(context.Request, header, context.RequestAborted);
        return ApiResults.Json(DocumentJson.Of(document), CollectionJsonContext.Default.DocumentJson);
    }

    // Routing leaves an escaped slash as it is, because it would change the number of segments; here the rest of the path is one id.
    private static string Decode(string id) => id.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    private static uint Limit(HttpRequest request)
    {
        if (request.Query["limit"].ToString() is not { Length: > 0 } text) return 0;
        return uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= 1000
            ? limit
            : throw MillraceException.InvalidArgument("limit", "'limit' must be an integer from 1 to 1000.");
    }

    private static bool Wait(HttpRequest request) => request.Query["wait"].ToString() switch
    {
        "" or "true" => true,
        "false" => false,
        _ => throw MillraceException.InvalidArgument("wait", "'wait' must be true or false."),
    };

    private static void RequireQuery(HttpRequest request, params ReadOnlySpan<string> known)
    {
        foreach (var name in request.Query.Keys)
            if (!known.Contains(name))
                throw new MillraceException(
                    Reason.UnsupportedParameter, $"'{name}' is not a parameter of this endpoint. Remove it.") { Param = name };
    }
}

/// <summary>Maps the endpoints of documents.</summary>
internal static class DocumentsMapping
{
    private const string Documents = "/collections/{name}/documents";
    private const string Document = "/collections/{name}/documents/{**id}";
    private static readonly string[] UploadMethods = ["PUT", "POST"];

    public static void MapDocuments(this IEndpointRouteBuilder v1)
    {
        v1.MapGet(Documents, (string name, HttpContext context, DocumentsEndpoints documents) =>
            documents.ListAsync(name, context.Request, context.RequestAborted));
        v1.MapPost(Documents, (string name, HttpContext context, DocumentsEndpoints documents) =>
            documents.UploadAsync(name, null, context));
        v1.MapMethods(Document, UploadMethods, (string name, string id, HttpContext context, DocumentsEndpoints documents) =>
            documents.UploadAsync(name, id, context));
        v1.MapGet(Document, (string name, string id, DocumentsEndpoints documents, CancellationToken cancellationToken) =>
            documents.GetAsync(name, id, cancellationToken));
        v1.MapDelete(Document, (string name, string id, DocumentsEndpoints documents, CancellationToken cancellationToken) =>
            documents.DeleteAsync(name, id, cancellationToken));
    }
}
