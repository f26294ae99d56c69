using System.Text;
using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Errors;
using Millrace.Sessions.Files;

namespace Millrace.Sessions.Batches;

/// <summary>What workers do with batches, whose lease they hold.</summary>
public sealed class BatchWork(IBatchStore store, IFileStore files, IOptions<StoredFileOptions> options, TimeProvider time)
{
    private const int ResultsAtOnce = 200;
    private const int PieceBytes = 512 * 1024;

    /// <summary>Takes the batch that has waited longest.</summary>
    /// <returns>The lease, the batch, and its lines that have a result; null when there is nothing to do.</returns>
    public async Task<(string Lease, Batch Batch, IReadOnlyList<int> Done)?> LeaseAsync(
        TimeSpan duration, CancellationToken cancellationToken)
    {
        var lease = Guid.NewGuid().ToString("n");
        var now = time.GetUtcNow();
        if (await store.LeaseAsync(lease, now, now + duration, cancellationToken) is not { } batch) return null;
        return (lease, batch, await store.DoneAsync(batch.Number, cancellationToken));
    }

    /// <summary>Keeps a lease.</summary>
    public async Task<Batch> KeepAsync(string lease, TimeSpan duration, CancellationToken cancellationToken) =>
        Held(await store.KeepAsync(lease, time.GetUtcNow() + duration, cancellationToken));

    /// <summary>Gives a lease back.</summary>
    public Task ReleaseAsync(string lease, CancellationToken cancellationToken) =>
        store.ReleaseAsync(lease, time.GetUtcNow(), cancellationToken);

    /// <summary>Stores what a validation found.</summary>
    public async Task<Batch> ValidatedAsync(
        string lease, int total, IReadOnlyList<LineError> errors, CancellationToken cancellationToken) =>
        Held(await store.ValidatedAsync(lease, total, errors, time.GetUtcNow(), cancellationToken));

    /// <summary>Stores results.</summary>
    public async Task<Batch> RecordAsync(
        string lease, TimeSpan duration, IReadOnlyList<LineOutcome> outcomes, CancellationToken cancellationToken) =>
        Held(await store.RecordAsync(lease, time.GetUtcNow() + duration, outcomes, cancellationToken));

    /// <summary>Writes the results into files and ends the batch.</summary>
    public async Task<Batch> FinishAsync(string lease, bool isExpired, CancellationToken cancellationToken)
    {
        var batch = Held(await store.FindLeasedAsync(lease, cancellationToken));
        if (batch.HasEnded) return batch;
        var output = await WriteAsync(batch, failures: false, cancellationToken);
        var errors = await WriteAsync(batch, failures: true, cancellationToken);
        var stage = batch.Stage == BatchStage.Cancelling ? BatchStage.Cancelled : isExpired ? BatchStage.Expired : BatchStage.Completed;
        return Held(await store.EndAsync(lease, stage, new BatchFiles(output, errors), time.GetUtcNow(), cancellationToken));
    }

    private static Batch Held(Batch? batch) => batch ?? throw new MillraceException(
        Reason.AlreadyExists, "The lease of this batch is another worker's now, or the batch has ended. Take another batch.");

    // A file that is not completed in the end is forgotten like an upload that broke off.
    private async Task<NumberedFile?> WriteAsync(Batch batch, bool failures, CancellationToken cancellationToken)
    {
        var results = await store.ResultsAsync(batch.Number, failures, -1, ResultsAtOnce, cancellationToken);
        if (results.Count == 0) return null;
        var id = $"file-{Guid.CreateVersion7(time.GetUtcNow()):n}";
        var number = await files.BeginAsync(batch.Tenant, id, time.GetUtcNow(), cancellationToken);
        var (ordinal, bytes) = (0, 0L);
        for (; results.Count > 0; results = await NextAsync(results))
            foreach (var piece in Pieces(results))
            {
                await files.AppendAsync(number, ordinal++, piece, cancellationToken);
                bytes += piece.Length;
            }

        var name = $"{batch.Id}_{(failures ? "error" : "output")}.jsonl";
        return new NumberedFile(number, new StoredFile(
            id, name, "batch_output", "application/jsonl", bytes, batch.Holder, time.GetUtcNow(), Expiry()));

        Task<IReadOnlyList<LineOutcome>> NextAsync(IReadOnlyList<LineOutcome> last) =>
            store.ResultsAsync(batch.Number, failures, last[^1].Line, ResultsAtOnce, cancellationToken);
    }

    private DateTimeOffset? Expiry() => options.Value.BatchDays == 0 ? null : time.GetUtcNow().AddDays(options.Value.BatchDays);

    private static IEnumerable<byte[]> Pieces(IReadOnlyList<LineOutcome> results)
    {
        var text = string.Concat(results.Select(result => result.Json + "\n"));
        return Encoding.UTF8.GetBytes(text).Chunk(PieceBytes);
    }
}
