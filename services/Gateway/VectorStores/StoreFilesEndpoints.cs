using Millrace.Contracts.Retrieval.V1;
using Millrace.Gateway.Api;
using Millrace.Gateway.Api.Documents;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.VectorStores;

/// <summary><c>/v1/vector_stores/{id}/files</c> and <c>.../file_batches</c>: documents and jobs in OpenAI's shape.</summary>
internal sealed class StoreFilesEndpoints(
    RetrievalService.RetrievalServiceClient retrieval, FileAttaching attaching, JsonBody json)
{
    private const int PageSizeMax = 100;
    private const string ContentSuffix = "/content";

    public async Task<IResult> AttachAsync(string id, HttpContext context)
    {
        using var body = await json.ReadAsync(context.Request, context.RequestAborted);
        var wanted = VectorStoreRequests.ReadFiles(body.RootElement, several: false);
        var collection = await RequireChunkingAsync(id, wanted, context.RequestAborted);
        var document = await attaching.AttachAsync(wanted.FileIds[0], Header(id, wanted, context.Request, ""), context.RequestAborted);
        return Answer(document, collection.Chunking);
    }

    public async Task<IResult> ListAsync(string id, string batch, HttpRequest request, CancellationToken cancellationToken)
    {
        QueryFields.RequireKnown(request, "limit", "after", "filter");
        var asked = new ListDocumentsRequest
        {
            Collection = id,
            PageSize = QueryFields.Limit(request, PageSizeMax) is > 0 and var limit ? limit : 20,
            PageToken = request.Query["after"].ToString(),
            State = State(request),
            JobId = batch,
        };
        var answer = await retrieval.ListDocumentsAsync(asked, cancellationToken: cancellationToken);
        var wanted = request.Query["filter"].ToString();
        var data = answer.Documents.Select(document => StoreFileJson.Of(document))
            .Where(file => wanted.Length == 0 || file.Status == wanted).ToArray();
        var list = new StoreFileListJson(
            "list", data, data.FirstOrDefault()?.Id, answer.Documents.LastOrDefault()?.Id, answer.NextPageToken.Length > 0);
        return ApiResults.Json(list, VectorStoreJsonContext.Default.StoreFileListJson);
    }

    /// <summary>A file's state; with <c>/content</c> behind its id, its text.</summary>
    public Task<IResult> GetAsync(string id, string fileId, CancellationToken cancellationToken) =>
        fileId.EndsWith(ContentSuffix, StringComparison.Ordinal)
            ? ReadAsync(id, fileId[..^ContentSuffix.Length], cancellationToken)
            : DescribeAsync(id, fileId, cancellationToken);

    public async Task<IResult> UpdateAsync(string id, string fileId, HttpContext context)
    {
        using var body = await json.ReadAsync(context.Request, context.RequestAborted);
        var request = new UpdateDocumentRequest
        {
            Collection = id,
            DocumentId = DocumentsEndpoints.Decode(fileId),
            MetadataJson = VectorStoreRequests.ReadAttributes(body.RootElement),
        };
        var answer = await retrieval.UpdateDocumentAsync(request, cancellationToken: context.RequestAborted);
        return Answer(answer.Document);
    }

    public async Task<IResult> DeleteAsync(string id, string fileId, CancellationToken cancellationToken)
    {
        var request = new DeleteDocumentRequest { Collection = id, DocumentId = DocumentsEndpoints.Decode(fileId) };
        await retrieval.DeleteDocumentAsync(request, cancellationToken: cancellationToken);
        return ApiResults.Json(
            new StoreDeletedJson(request.DocumentId, "vector_store.file.deleted", true),
            VectorStoreJsonContext.Default.StoreDeletedJson);
    }

    public async Task<IResult> AttachManyAsync(string id, HttpContext context)
    {
        using var body = await json.ReadAsync(context.Request, context.RequestAborted);
        var wanted = VectorStoreRequests.ReadFiles(body.RootElement, several: true);
        await RequireChunkingAsync(id, wanted, context.RequestAborted);
        var job = await retrieval.CreateJobAsync(new CreateJobRequest { Collection = id }, cancellationToken: context.RequestAborted);
        foreach (var file in wanted.FileIds)
            await attaching.AttachAsync(file, Header(id, wanted, context.Request, job.Job.Id), context.RequestAborted);
        return await GetBatchAsync(id, job.Job.Id, context.RequestAborted);
    }

    public async Task<IResult> GetBatchAsync(string id, string batch, CancellationToken cancellationToken)
    {
        var answer = await retrieval.GetJobAsync(new GetJobRequest { JobId = batch }, cancellationToken: cancellationToken);
        return Answer(id, answer.Job);
    }

    public async Task<IResult> CancelBatchAsync(string id, string batch, CancellationToken cancellationToken)
    {
        await GetBatchAsync(id, batch, cancellationToken);
        var answer = await retrieval.CancelJobAsync(new CancelJobRequest { JobId = batch }, cancellationToken: cancellationToken);
        return Answer(id, answer.Job);
    }

    private static IResult Answer(Document document, ChunkingSettings? chunking = null) =>
        ApiResults.Json(StoreFileJson.Of(document, chunking), VectorStoreJsonContext.Default.StoreFileJson);

    private static IResult Answer(string id, Job job) => job.Collection == id
        ? ApiResults.Json(FileBatchJson.Of(job), VectorStoreJsonContext.Default.FileBatchJson)
        : throw new MillraceException(Reason.JobNotFound, $"The store '{id}' has no batch of this id.");

    private static UploadHeader Header(string id, NewStoreFiles wanted, HttpRequest request, string job)
    {
        var header = new UploadHeader { Collection = id, MetadataJson = wanted.Attributes, JobId = job };
        header.AccessLabels.Add(DocumentFields.ReadLabels(request));
        return header;
    }

    // What waits and what is worked on are two states here, so that such a page is picked out of one of all states.
    private static DocumentState State(HttpRequest request) => request.Query["filter"].ToString() switch
    {
        "" => DocumentState.Unspecified,
        "completed" => DocumentState.Ready,
        "failed" => DocumentState.Failed,
        "in_progress" => DocumentState.Unspecified,
        _ => throw MillraceException.InvalidArgument("filter", "'filter' must be in_progress, completed or failed."),
    };

    private async Task<Collection> RequireChunkingAsync(string id, NewStoreFiles wanted, CancellationToken cancellationToken)
    {
        var answer = await retrieval.GetCollectionAsync(new GetCollectionRequest { Name = id }, cancellationToken: cancellationToken);
        if (wanted.Chunking is { } chunking) VectorStoreFields.RequireSame(chunking, answer.Collection.Chunking);
        return answer.Collection;
    }

    private async Task<IResult> DescribeAsync(string id, string fileId, CancellationToken cancellationToken)
    {
        var request = new GetDocumentRequest { Collection = id, DocumentId = DocumentsEndpoints.Decode(fileId) };
        return Answer((await retrieval.GetDocumentAsync(request, cancellationToken: cancellationToken)).Document);
    }

    private async Task<IResult> ReadAsync(string id, string fileId, CancellationToken cancellationToken)
    {
        var asked = new ReadSpanRequest { Collection = id, DocumentId = DocumentsEndpoints.Decode(fileId) };
        List<ContentJson> pieces = [];
        while (true)
        {
            var answer = await retrieval.ReadSpanAsync(asked, cancellationToken: cancellationToken);
            pieces.Add(new ContentJson("text", answer.Text));
            asked.Start += (uint)answer.Text.Length;
            asked.DocumentVersion = answer.DocumentVersion;
            if (answer.Text.Length == 0 || asked.Start >= answer.TextLength) break;
        }

        var page = new ContentPageJson("vector_store.file_content.page", [.. pieces], false, null);
        return ApiResults.Json(page, VectorStoreJsonContext.Default.ContentPageJson);
    }
}
