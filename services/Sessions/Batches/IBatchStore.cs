namespace Millrace.Sessions.Batches;

/// <summary>Keeps batches, who works on each, and the results of their lines until the files are written.</summary>
public interface IBatchStore
{
    /// <summary>Stores a new batch unless its tenant has too many that have not ended.</summary>
    /// <returns>Whether it is stored.</returns>
    Task<bool> TryCreateAsync(Batch batch, int batchesMax, CancellationToken cancellationToken);

    /// <summary>The batch of an id.</summary>
    Task<Batch?> FindAsync(string tenant, string id, CancellationToken cancellationToken);

    /// <summary>Batches, newest first.</summary>
    Task<IReadOnlyList<Batch>> ListAsync(string tenant, long? before, int limit, CancellationToken cancellationToken);

    /// <summary>Asks a batch to end, unless it has.</summary>
    Task CancelAsync(string tenant, string id, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Takes the batch of any tenant that has waited longest and that nobody works on.</summary>
    Task<Batch?> LeaseAsync(string lease, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>The batch of a lease; null when it is another's.</summary>
    Task<Batch?> FindLeasedAsync(string lease, CancellationToken cancellationToken);

    /// <summary>Keeps a lease.</summary>
    /// <returns>The batch; null when the lease is another's.</returns>
    Task<Batch?> KeepAsync(string lease, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Gives a lease back.</summary>
    Task ReleaseAsync(string lease, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Stores what a validation found. A batch that is asked to end stays so.</summary>
    /// <returns>The batch; null when the lease is another's.</returns>
    Task<Batch?> ValidatedAsync(
        string lease, int total, IReadOnlyList<LineError> errors, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Stores results; a line that has one keeps it.</summary>
    /// <returns>The batch; null when the lease is another's.</returns>
    Task<Batch?> RecordAsync(
        string lease, DateTimeOffset until, IReadOnlyList<LineOutcome> outcomes, CancellationToken cancellationToken);

    /// <summary>Indices of the lines that have a result, ascending.</summary>
    Task<IReadOnlyList<int>> DoneAsync(long number, CancellationToken cancellationToken);

    /// <summary>Results behind a line, by line.</summary>
    Task<IReadOnlyList<LineOutcome>> ResultsAsync(
        long number, bool failures, int afterLine, int limit, CancellationToken cancellationToken);

    /// <summary>Ends a batch: its files become whole, its results go.</summary>
    /// <returns>The batch; null when the lease is another's.</returns>
    Task<Batch?> EndAsync(
        string lease, BatchStage stage, BatchFiles files, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Deletes batches that ended before a time.</summary>
    Task<int> SweepAsync(DateTimeOffset touchedBefore, int limit, CancellationToken cancellationToken);
}
