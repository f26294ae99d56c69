using Microsoft.Extensions.Options;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Batches;

/// <summary>
/// Runs the lines of a batch that have no result yet, a bounded number side by side. A result is stored before the line counts.
/// </summary>
internal sealed class BatchExecution(
    BatchWorkService.BatchWorkServiceClient work,
    BatchSource source,
    LineRunner runner,
    IOptions<BatchOptions> options,
    TimeProvider time)
{
    private const string BatchPrefix = "batch_";
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>Runs lines for a turn.</summary>
    /// <returns>Whether none is left, or none is wanted.</returns>
    /// <exception cref="MillraceException">The lease is another's, or Sessions cannot be reached.</exception>
    public async Task<bool> RunAsync(BatchLease lease, KeptLease kept)
    {
        var done = lease.DoneLines.ToHashSet();
        var startedAt = time.GetTimestamp();
        var isOver = false;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Value.LinesAtOnce, CancellationToken = kept.Lines };
        try
        {
            await Parallel.ForEachAsync(Turn(), parallel, (line, cancellationToken) => RunAsync(lease, line, kept, cancellationToken));
            return !isOver;
        }
        catch (OperationCanceledException) when (kept.IsUnwanted)
        {
            return true;
        }

        async IAsyncEnumerable<BatchLine> Turn()
        {
            await foreach (var line in source.LinesAsync(lease.Batch, kept.Lines))
            {
                if (done.Contains((uint)line.Index)) continue;
                isOver = time.GetElapsedTime(startedAt) > options.Value.Turn;
                if (isOver) yield break;
                yield return line;
            }
        }
    }

    private async ValueTask RunAsync(BatchLease lease, BatchLine line, KeptLease kept, CancellationToken cancellationToken)
    {
        var requestId = $"req_{WithoutPrefix(lease.Batch.Id)}_{line.Index}";
        CallContext.Current = CallContext.Current with { RequestId = requestId };
        var result = await ResultAsync(lease, line, requestId, cancellationToken);

        // Stored also when the batch is not wanted any more: the work is done.
        var request = new RecordResultsRequest { Token = lease.Token, LeaseSeconds = kept.Seconds, Results = { result } };
        kept.Notice((await work.RecordResultsAsync(request, cancellationToken: kept.Token)).State);
    }

    private async Task<LineResult> ResultAsync(BatchLease lease, BatchLine line, string requestId, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (lease.Batch.ExpiresAt.ToDateTimeOffset() <= time.GetUtcNow())
                return Result(line, true, LineRunner.DescribeUnrun(
                    line, requestId, "batch_expired", "The batch's time was over before this request could be run. Send it again."));
            var answer = await runner.RunAsync(lease.Batch.Endpoint, line, cancellationToken);
            if (!answer.IsPassing || attempt == options.Value.AttemptsMax)
                return Result(line, answer.Status >= 400, LineRunner.Describe(line, requestId, answer));
            await Task.Delay(answer.RetryAfter ?? Pause(attempt), time, cancellationToken);
        }
    }

    private static TimeSpan Pause(int attempt) =>
        TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Min(attempt - 1, 10)));

    private static LineResult Result(BatchLine line, bool isFailure, string json) =>
        new() { Line = (uint)line.Index, IsFailure = isFailure, Json = json };

    private static string WithoutPrefix(string id) =>
        id.StartsWith(BatchPrefix, StringComparison.Ordinal) ? id[BatchPrefix.Length..] : id;
}
