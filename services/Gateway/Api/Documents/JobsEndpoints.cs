using Millrace.Contracts.Retrieval.V1;

namespace Millrace.Gateway.Api.Documents;

/// <summary><c>/v1/collections/{name}/jobs</c> and <c>/v1/jobs</c>.</summary>
internal sealed class JobsEndpoints(RetrievalService.RetrievalServiceClient retrieval)
{
    private const int PageSizeMax = 100;

    public async Task<IResult> CreateAsync(string collection, CancellationToken cancellationToken)
    {
        var answer = await retrieval.CreateJobAsync(new CreateJobRequest { Collection = collection }, cancellationToken: cancellationToken);
        return Answer(answer.Job, StatusCodes.Status201Created);
    }

    public async Task<IResult> ListAsync(string collection, HttpRequest request, CancellationToken cancellationToken)
    {
        QueryFields.RequireKnown(request, "limit", "after");
        var answer = await retrieval.ListJobsAsync(
            new ListJobsRequest
            {
                Collection = collection, PageSize = QueryFields.Limit(request, PageSizeMax), PageToken = request.Query["after"].ToString(),
            },
            cancellationToken: cancellationToken);
        var next = answer.NextPageToken.Length == 0 ? null : answer.NextPageToken;
        var list = new JobListJson("list", [.. answer.Jobs.Select(JobJson.Of)], next is not null, next);
        return ApiResults.Json(list, DocumentJsonContext.Default.JobListJson);
    }

    public async Task<IResult> GetAsync(string id, CancellationToken cancellationToken) =>
        Answer((await retrieval.GetJobAsync(new GetJobRequest { JobId = id }, cancellationToken: cancellationToken)).Job);

    public async Task<IResult> RetryAsync(string id, CancellationToken cancellationToken) =>
        Answer((await retrieval.RetryJobAsync(new RetryJobRequest { JobId = id }, cancellationToken: cancellationToken)).Job);

    public async Task<IResult> CancelAsync(string id, CancellationToken cancellationToken) =>
        Answer((await retrieval.CancelJobAsync(new CancelJobRequest { JobId = id }, cancellationToken: cancellationToken)).Job);

    private static IResult Answer(Job job, int status = StatusCodes.Status200OK) =>
        ApiResults.Json(JobJson.Of(job), DocumentJsonContext.Default.JobJson, status);
}

/// <summary>Maps the endpoints of jobs.</summary>
internal static class JobsMapping
{
    private const string OfCollection = "/collections/{name}/jobs";
    private const string One = "/jobs/{id}";

    public static void MapJobs(this IEndpointRouteBuilder v1)
    {
        v1.MapPost(OfCollection, (string name, JobsEndpoints jobs, CancellationToken cancellationToken) =>
            jobs.CreateAsync(name, cancellationToken));
        v1.MapGet(OfCollection, (string name, HttpContext context, JobsEndpoints jobs) =>
            jobs.ListAsync(name, context.Request, context.RequestAborted));
        v1.MapGet(One, (string id, JobsEndpoints jobs, CancellationToken cancellationToken) => jobs.GetAsync(id, cancellationToken));
        v1.MapPost(One + "/retry", (string id, JobsEndpoints jobs, CancellationToken cancellationToken) =>
            jobs.RetryAsync(id, cancellationToken));
        v1.MapPost(One + "/cancel", (string id, JobsEndpoints jobs, CancellationToken cancellationToken) =>
            jobs.CancelAsync(id, cancellationToken));
    }
}
