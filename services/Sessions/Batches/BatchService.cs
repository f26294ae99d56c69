using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;
using Millrace.Sessions.Files;

namespace Millrace.Sessions.Batches;

/// <summary>What applications can do with batches.</summary>
public sealed class BatchService(IBatchStore store, FileService files, IOptions<StoredFileOptions> options, TimeProvider time)
{
    private const int ListBatch = 100;
    private const int MetadataMax = 16;

    private static IReadOnlyList<string>? Bound => CallContext.Current.Labels;

    /// <summary>Creates a batch, which runs with the labels of the caller.</summary>
    /// <param name="wanted">The batch, without what the platform decides.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="MillraceException">A field is wrong, the file is not there, or too many wait already.</exception>
    public async Task<Batch> CreateAsync(NewBatch wanted, CancellationToken cancellationToken)
    {
        Check(wanted);
        var input = await files.GetAsync(wanted.Tenant, wanted.InputFile, cancellationToken);
        if (input.File.Purpose != FileService.BatchPurpose)
            throw MillraceException.InvalidArgument(
                "input_file_id", $"The file's purpose is '{input.File.Purpose}'. Upload it again with the purpose 'batch'.");
        var now = time.GetUtcNow();
        var batch = new Batch
        {
            Tenant = wanted.Tenant,
            Id = $"batch_{Guid.CreateVersion7(now):n}",
            Holder = Holder.Of(Bound),
            Endpoint = wanted.Endpoint,
            InputFile = wanted.InputFile,
            WindowHours = wanted.WindowHours,
            Metadata = wanted.Metadata,
            Stage = BatchStage.Validating,
            CreatedAt = now,
            ExpiresAt = now.AddHours(wanted.WindowHours),
        };
        return await store.TryCreateAsync(batch, options.Value.BatchesMax, cancellationToken)
            ? batch
            : throw new MillraceException(
                Reason.QueueFull,
                $"{options.Value.BatchesMax} batches have not ended yet, as many as there may be. Wait for one, or cancel it.");
    }

    /// <summary>The batch of an id.</summary>
    /// <exception cref="MillraceException">There is none for this caller.</exception>
    public async Task<Batch> GetAsync(string tenant, string id, CancellationToken cancellationToken) =>
        await store.FindAsync(tenant, id, cancellationToken) is { } found && found.Holder.IsSeenBy(Bound)
            ? found
            : throw new MillraceException(
                Reason.BatchNotFound, $"There is no batch '{id}'. GET /v1/batches lists those that there are.") { Param = "batch_id" };

    /// <summary>Batches that the caller may see, newest first, and whether there are more.</summary>
    public async Task<(IReadOnlyList<Batch> Batches, bool HasMore)> ListAsync(
        string tenant, string afterId, int limit, CancellationToken cancellationToken)
    {
        List<Batch> batches = [];
        long? before = afterId.Length == 0 ? null : (await GetAsync(tenant, afterId, cancellationToken)).Number;
        while (true)
        {
            var next = await store.ListAsync(tenant, before, ListBatch, cancellationToken);
            foreach (var found in next.Where(found => found.Holder.IsSeenBy(Bound)))
            {
                if (batches.Count == limit) return (batches, true);
                batches.Add(found);
            }

            if (next.Count < ListBatch) return (batches, false);
            before = next[^1].Number;
        }
    }

    /// <summary>Asks a batch to end.</summary>
    public async Task<Batch> CancelAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        await GetAsync(tenant, id, cancellationToken);
        await store.CancelAsync(tenant, id, time.GetUtcNow(), cancellationToken);
        return await GetAsync(tenant, id, cancellationToken);
    }

    private static void Check(NewBatch wanted)
    {
        if (wanted.Endpoint.Length is 0 or > 256) throw MillraceException.InvalidArgument("endpoint", "'endpoint' is missing or too long.");
        if (wanted.WindowHours is < 1 or > 168)
            throw MillraceException.InvalidArgument("completion_window", "'completion_window' must be from 1h to 168h.");
        if (wanted.Metadata.Count > MetadataMax || wanted.Metadata.Any(entry => entry.Key.Length > 64 || entry.Value.Length > 512))
            throw MillraceException.InvalidArgument(
                "metadata", $"'metadata' must have at most {MetadataMax} entries of at most 64 and 512 characters.");
    }
}

/// <summary>A batch that somebody wants.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="InputFile">The file with the lines.</param>
/// <param name="Endpoint">The route that each line is for.</param>
/// <param name="WindowHours">Hours in which it is to be done.</param>
/// <param name="Metadata">What the application says of it.</param>
public sealed record NewBatch(
    string Tenant, string InputFile, string Endpoint, int WindowHours, IReadOnlyDictionary<string, string> Metadata);
