using Millrace.Contracts.Retrieval.V1;

namespace Millrace.Gateway.Api.Documents;

internal sealed record JobJson(
    string Object,
    string Id,
    string Collection,
    string State,
    JobCountsJson Counts,
    long ChunkCount,
    JobErrorJson[] Errors,
    long CreatedAt)
{
    public static JobJson Of(Job job) => new(
        "job",
        job.Id,
        job.Collection,
        StateName(job.State),
        new JobCountsJson(
            (int)job.TotalCount, (int)job.QueuedCount, (int)job.ProcessingCount, (int)job.ReadyCount, (int)job.FailedCount),
        (long)job.ChunkCount,
        [.. job.Errors.Select(error => new JobErrorJson(error.DocumentId, error.Message))],
        job.CreatedAt?.Seconds ?? 0);

    private static string StateName(JobState state) => state switch
    {
        JobState.Running => "running",
        JobState.Completed => "completed",
        JobState.CompletedWithErrors => "completed_with_errors",
        JobState.Cancelled => "cancelled",
        _ => "unknown",
    };
}

internal sealed record JobCountsJson(int Total, int Queued, int Processing, int Ready, int Failed);

internal sealed record JobErrorJson(string DocumentId, string Message);

internal sealed record JobListJson(string Object, JobJson[] Data, bool HasMore, string? NextPageToken);
