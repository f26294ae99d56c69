using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Retrieval.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api.Documents;

/// <summary><c>/v1/collections/{name}/documents</c>.</summary>
internal sealed class DocumentsEndpoints(
    RetrievalService.RetrievalServiceClient retrieval, DocumentUpload upload, FormUpload forms, IOptions<GatewayOptions> options)
{
    private const int PageSizeMax = 1000;

    public async Task<IResult> ListAsync(string name, HttpRequest request, CancellationToken cancellationToken)
    {
        QueryFields.RequireKnown(request, "limit", "after", "state");
        var answer = await retrieval.ListDocumentsAsync(
            new ListDocumentsRequest
            {
                Collection = name,
                PageSize = QueryFields.Limit(request, PageSizeMax),
                PageToken = request.Query["after"].ToString(),
                State = State(request),
            },
            cancellationToken: cancellationToken);
        var next = answer.NextPageToken.Length == 0 ? null : answer.NextPageToken;
        var list = new DocumentListJson("list", [.. answer.Documents.Select(DocumentJson.Of)], next is not null, next);
        return ApiResults.Json(list, DocumentJsonContext.Default.DocumentListJson);
    }

    /// <summary>A document's state; with <c>/text</c> behind its id, a span of its text.</summary>
    public async Task<IResult> GetAsync(string name, string id, HttpRequest request, CancellationToken cancellationToken)
    {
        if (DocumentTextReader.IsText(id)) return await DocumentTextReader.ReadAsync(retrieval, name, id, request, cancellationToken);
        var asked = new GetDocumentRequest { Collection = name, DocumentId = Decode(id) };
        var answer = await retrieval.GetDocumentAsync(asked, cancellationToken: cancellationToken);
        return Answer(answer.Document);
    }

    public async Task<IResult> UpdateAsync(string name, string id, HttpContext context, JsonBody json)
    {
        using var body = await json.ReadAsync(context.Request, context.RequestAborted);
        var request = DocumentFields.ReadUpdate(JsonField.Root(body.RootElement));
        (request.Collection, request.DocumentId) = (name, Decode(id));
        var answer = await retrieval.UpdateDocumentAsync(request, cancellationToken: context.RequestAborted);
        return Answer(answer.Document);
    }

    public async Task<IResult> DeleteAsync(string name, string id, CancellationToken cancellationToken)
    {
        var request = new DeleteDocumentRequest { Collection = name, DocumentId = Decode(id) };
        await retrieval.DeleteDocumentAsync(request, cancellationToken: cancellationToken);
        return ApiResults.Json(new DeletedJson("document.deleted", request.DocumentId, true), CollectionJsonContext.Default.DeletedJson);
    }

    public async Task<IResult> UploadAsync(string name, string? id, HttpContext context)
    {
        QueryFields.RequireKnown(context.Request, "wait", "job_id");
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = GatewayServiceExtensions.HardLimitFactor * options.Value.UploadBytesMax;
        var header = DocumentFields.ReadHeader(context.Request);
        (header.Collection, header.DocumentId) = (name, Decode(id ?? string.Empty));
        return FormUpload.Boundary(context.Request) is { } boundary
            ? await forms.RunAsync(context.Request, boundary, header, context.RequestAborted)
            : Answer(await upload.RunAsync(context.Request, header, context.RequestAborted));
    }

    /// <summary>A document as an answer.</summary>
    public static IResult Answer(Document document) =>
        ApiResults.Json(DocumentJson.Of(document), DocumentJsonContext.Default.DocumentJson);

    // Routing leaves an escaped slash as it is, because it would change the number of segments; here the rest of the path is one id.
    internal static string Decode(string id) => id.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    private static DocumentState State(HttpRequest request)
    {
        if (request.Query["state"].ToString() is not { Length: > 0 } name) return DocumentState.Unspecified;
        return DocumentStates.Find(name)
            ?? throw MillraceException.InvalidArgument("state", "'state' must be queued, processing, ready or failed.");
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
        v1.MapGet(Document, (string name, string id, HttpContext context, DocumentsEndpoints documents) =>
            documents.GetAsync(name, id, context.Request, context.RequestAborted));
        v1.MapPatch(Document, (string name, string id, HttpContext context, DocumentsEndpoints documents, JsonBody json) =>
            documents.UpdateAsync(name, id, context, json));
        v1.MapDelete(Document, (string name, string id, DocumentsEndpoints documents, CancellationToken cancellationToken) =>
            documents.DeleteAsync(name, id, cancellationToken));
    }
}
