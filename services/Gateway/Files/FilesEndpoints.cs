using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Sessions.V1;
using Millrace.Gateway.Api;
using Millrace.Gateway.Api.Documents;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Files;

/// <summary><c>/v1/files</c>.</summary>
internal sealed class FilesEndpoints(FilesService.FilesServiceClient files, FileUpload upload, IOptions<GatewayOptions> options)
{
    private const int PageSizeMax = 10_000;

    public async Task<IResult> UploadAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = GatewayServiceExtensions.HardLimitFactor * options.Value.UploadBytesMax;
        var file = await upload.RunAsync(context.Request, context.RequestAborted);
        return ApiResults.Json(FileJson.Of(file), FileJsonContext.Default.FileJson);
    }

    public async Task<IResult> ListAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        QueryFields.RequireKnown(request, "limit", "after", "purpose", "order");
        var asked = new ListFilesRequest
        {
            PageSize = QueryFields.Limit(request, PageSizeMax),
            AfterFileId = request.Query["after"].ToString(),
            Purpose = request.Query["purpose"].ToString(),
            Ascending = IsAscending(request),
        };
        var answer = await files.ListFilesAsync(asked, cancellationToken: cancellationToken);
        var data = answer.Files.Select(FileJson.Of).ToArray();
        var list = new FileListJson("list", data, data.FirstOrDefault()?.Id, data.LastOrDefault()?.Id, answer.HasMore);
        return ApiResults.Json(list, FileJsonContext.Default.FileListJson);
    }

    public async Task<IResult> GetAsync(string id, CancellationToken cancellationToken)
    {
        var answer = await files.GetFileAsync(new GetFileRequest { FileId = id }, cancellationToken: cancellationToken);
        return ApiResults.Json(FileJson.Of(answer.File), FileJsonContext.Default.FileJson);
    }

    public async Task ReadAsync(string id, HttpContext context)
    {
        var file = (await files.GetFileAsync(new GetFileRequest { FileId = id }, cancellationToken: context.RequestAborted)).File;
        using var call = files.ReadFile(new ReadFileRequest { FileId = id }, cancellationToken: context.RequestAborted);

        // A file of a client's own is shown to nobody's browser as what the client says it is.
        context.Response.ContentType = file.Purpose == "batch_output" ? "application/jsonl" : "application/octet-stream";
        context.Response.ContentLength = (long)file.SizeBytes;
        while (await call.ResponseStream.MoveNext(context.RequestAborted))
            await context.Response.Body.WriteAsync(call.ResponseStream.Current.Content.Memory, context.RequestAborted);
    }

    public async Task<IResult> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        await files.DeleteFileAsync(new DeleteFileRequest { FileId = id }, cancellationToken: cancellationToken);
        return ApiResults.Json(new FileDeletedJson(id, "file", true), FileJsonContext.Default.FileDeletedJson);
    }

    /// <summary>Whether a list is asked for with the oldest first.</summary>
    public static bool IsAscending(HttpRequest request) => request.Query["order"].ToString() switch
    {
        "" or "desc" => false,
        "asc" => true,
        _ => throw MillraceException.InvalidArgument("order", "'order' must be asc or desc."),
    };
}
