using System.Globalization;
using Microsoft.Extensions.Options;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Ingestion;

/// <summary>Jobs of a collection, newest first.</summary>
/// <param name="Jobs">The jobs.</param>
/// <param name="NextPageToken">Where to go on; empty at the end.</param>
internal sealed record JobPage(IReadOnlyList<StoredJob> Jobs, string NextPageToken);

/// <summary>What may be done with jobs.</summary>
internal sealed class JobCatalog(JobStore jobs, IngestionSignals signals, IOptions<RetrievalOptions> options)
{
    private const int PageSizeDefault = 20;
    private const int PageSizeMax = 100;
    private readonly JobLimits _limits = new(options.Value.Ingestion.JobsPerCollectionMax, options.Value.Ingestion.JobAgeMax);

    /// <summary>Opens a job.</summary>
    /// <exception cref="MillraceException">There is no such collection, or it has too many jobs.</exception>
    public Task<StoredJob> CreateAsync(CollectionKey collection, CancellationToken cancellationToken) =>
        jobs.CreateAsync(collection, _limits, cancellationToken);

    /// <summary>Finds a job.</summary>
    /// <exception cref="MillraceException">There is none.</exception>
    public StoredJob Require(string tenant, string id) => jobs.Require(tenant, id);

    /// <summary>Jobs of a collection, newest first.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="pageToken">Where to go on; empty for the newest.</param>
    /// <param name="pageSize">Most jobs to return; 0 for 20.</param>
    /// <exception cref="MillraceException">There is no such collection, or the page is not valid.</exception>
    public JobPage List(CollectionKey collection, string pageToken, int pageSize)
    {
        if (pageSize is < 0 or > PageSizeMax)
            throw MillraceException.InvalidArgument("page_size", $"page_size is {pageSize}. Set it to 0 to {PageSizeMax}.");
        var countMax = pageSize == 0 ? PageSizeDefault : pageSize;
        var found = jobs.List(collection, Before(pageToken), countMax + 1);
        return found.Count <= countMax
            ? new JobPage(found, "")
            : new JobPage([.. found.Take(countMax)], found[countMax - 1].Row.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Queues the failed documents of a job again.</summary>
    /// <exception cref="MillraceException">There is no such job.</exception>
    public async Task<StoredJob> RetryAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        var job = await jobs.RetryAsync(tenant, id, cancellationToken);
        signals.Queue.Set();
        return job;
    }

    /// <summary>Takes what waits of a job out of the queue.</summary>
    /// <exception cref="MillraceException">There is no such job.</exception>
    public async Task<StoredJob> CancelAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        var (job, cancelled) = await jobs.CancelAsync(tenant, id, cancellationToken);
        foreach (var document in cancelled) signals.Settled(document);
        return job;
    }

    private static long? Before(string pageToken)
    {
        if (pageToken.Length == 0) return null;
        if (long.TryParse(pageToken, NumberStyles.None, CultureInfo.InvariantCulture, out var row)) return row;
        throw MillraceException.InvalidArgument("page_token", "page_token is not one that an answer gave. Take it from the answer before.");
    }
}
