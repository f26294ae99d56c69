using Dapper;
using Microsoft.Data.Sqlite;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Store;

/// <summary>Why a document failed.</summary>
/// <param name="DocumentId">Its id.</param>
/// <param name="Message">What was wrong, and what to do.</param>
internal sealed record StoredError(string DocumentId, string Message);

/// <summary>A job as it stands.</summary>
internal sealed record StoredJob
{
    /// <summary>Its row; larger than those of the jobs before it.</summary>
    public required long Row { get; init; }

    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Its collection.</summary>
    public required CollectionKey Collection { get; init; }

    /// <summary>When it was opened.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether it was cancelled.</summary>
    public required bool IsCancelled { get; init; }

    /// <summary>Its documents by state.</summary>
    public required IReadOnlyDictionary<DocumentState, int> Documents { get; init; }

    /// <summary>Chunks of its documents that are found.</summary>
    public required long ChunkCount { get; init; }

    /// <summary>Its first errors.</summary>
    public IReadOnlyList<StoredError> Errors { get; init; } = [];

    /// <summary>How many of its documents are in a state.</summary>
    public int Count(DocumentState state) => Documents.GetValueOrDefault(state);
}

/// <summary>How many jobs there may be.</summary>
/// <param name="PerCollectionMax">Most jobs of a collection.</param>
/// <param name="AgeMax">How long a job is kept at most, when nothing of it waits.</param>
internal sealed record JobLimits(int PerCollectionMax, TimeSpan AgeMax);

/// <summary>Jobs: documents that were uploaded together.</summary>
internal sealed class JobStore(RetrievalDatabase database, TimeProvider time)
{
    private const int ErrorsMax = 100;

    private const string Select = """
        SELECT j.row AS Row, j.id AS Id, c.tenant AS Tenant, c.name AS Name, j.created_at_ms AS CreatedAtMs, j.cancelled AS Cancelled
        FROM jobs j JOIN collections c ON c.row = j.collection AND c.deleted = 0
        """;

    private const string Settled = "NOT EXISTS (SELECT 1 FROM documents d WHERE d.job = jobs.row AND d.state IN (1, 2))";

    /// <summary>Opens a job; old ones make room for it.</summary>
    /// <exception cref="MillraceException">There is no such collection, or too many jobs of it that still run.</exception>
    public Task<StoredJob> CreateAsync(CollectionKey key, JobLimits limits, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            var collection = CollectionStore.Require(connection, key);
            MakeRoom(connection, collection.Row, limits);
            var id = $"job-{Guid.NewGuid():N}";
            connection.Execute(
                "INSERT INTO jobs (id, collection, created_at_ms) VALUES (@id, @Row, @now)",
                new { id, collection.Row, now = time.GetUtcNow().ToUnixTimeMilliseconds() });
            return Require(connection, key.Tenant, id);
        },
        cancellationToken);

    /// <summary>Finds a job with its errors.</summary>
    /// <exception cref="MillraceException">There is none.</exception>
    public StoredJob Require(string tenant, string id) => database.Read(connection => Require(connection, tenant, id));

    /// <summary>Jobs of a collection, newest first, without their errors.</summary>
    /// <param name="key">The collection.</param>
    /// <param name="beforeRow">Only jobs in front of this one; null for the newest.</param>
    /// <param name="countMax">Most jobs to return.</param>
    /// <exception cref="MillraceException">There is no such collection.</exception>
    public IReadOnlyList<StoredJob> List(CollectionKey key, long? beforeRow, int countMax) => database.Read(connection =>
    {
        var collection = CollectionStore.Require(connection, key).Row;
        return connection.Query<JobRow>(
                $"{Select} WHERE j.collection = @collection AND j.row < @before ORDER BY j.row DESC LIMIT @countMax",
                new { collection, before = beforeRow ?? long.MaxValue, countMax })
            .ToList().ConvertAll(row => row.ToJob(connection));
    });

    /// <summary>Queues the failed documents of a job again.</summary>
    /// <exception cref="MillraceException">There is no such job.</exception>
    public Task<StoredJob> RetryAsync(string tenant, string id, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            var job = Require(connection, tenant, id);
            connection.Execute(
                """
                UPDATE jobs SET cancelled = 0 WHERE row = @Row;
                UPDATE documents SET state = 1, error = '', attempts = 0, retry_at_ms = 0 WHERE job = @Row AND state = 4;
                """,
                new { job.Row });
            return Require(connection, tenant, id);
        },
        cancellationToken);

    /// <summary>Takes what waits of a job out of the queue.</summary>
    /// <returns>The job, and the documents that do not wait any more.</returns>
    /// <exception cref="MillraceException">There is no such job.</exception>
    public Task<(StoredJob Job, IReadOnlyList<DocumentKey> Cancelled)> CancelAsync(
        string tenant, string id, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            var job = Require(connection, tenant, id);
            IReadOnlyList<DocumentKey> cancelled =
            [
                .. connection.Query<string>("SELECT document_id FROM documents WHERE job = @Row AND state = 1", new { job.Row })
                    .Select(document => new DocumentKey(job.Collection, document)),
            ];
            connection.Execute(
                """
                UPDATE jobs SET cancelled = 1 WHERE row = @Row;
                UPDATE documents SET state = 4, error = 'Its job was cancelled. Retry the job, or upload the document again.'
                WHERE job = @Row AND state = 1;
                """,
                new { job.Row });
            return (Require(connection, tenant, id), cancelled);
        },
        cancellationToken);

    /// <summary>Finds the job of an upload.</summary>
    /// <returns>Its row; null for no job.</returns>
    /// <exception cref="MillraceException">The collection has no such job, or it was cancelled.</exception>
    internal static long? RequireOpen(SqliteConnection connection, StoredCollection collection, string id)
    {
        if (id.Length == 0) return null;
        var job = Require(connection, collection.Key.Tenant, id);
        if (job.Collection != collection.Key) throw NotFound(id);
        if (job.IsCancelled)
            throw MillraceException.InvalidArgument("job_id", $"The job '{id}' was cancelled. Open another one, or retry it first.");
        return job.Row;
    }

    private static StoredJob Require(SqliteConnection connection, string tenant, string id)
    {
        var row = connection.QuerySingleOrDefault<JobRow>($"{Select} WHERE j.id = @id AND c.tenant = @tenant", new { id, tenant });
        if (row is null) throw NotFound(id);
        var errors = connection.Query<(string DocumentId, string Message)>(
            "SELECT document_id, error FROM documents WHERE job = @Row AND state = 4 ORDER BY row LIMIT @ErrorsMax",
            new { row.Row, ErrorsMax });
        return row.ToJob(connection) with { Errors = [.. errors.Select(error => new StoredError(error.DocumentId, error.Message))] };
    }

    private void MakeRoom(SqliteConnection connection, long collection, JobLimits limits)
    {
        var oldest = (time.GetUtcNow() - limits.AgeMax).ToUnixTimeMilliseconds();
        connection.Execute(
            $"DELETE FROM jobs WHERE collection = @collection AND created_at_ms < @oldest AND {Settled}", new { collection, oldest });
        var count = connection.ExecuteScalar<int>("SELECT count(*) FROM jobs WHERE collection = @collection", new { collection });
        if (count < limits.PerCollectionMax) return;
        var removed = connection.Execute(
            $"DELETE FROM jobs WHERE row IN (SELECT row FROM jobs WHERE collection = @collection AND {Settled} ORDER BY row LIMIT @excess)",
            new { collection, excess = count - limits.PerCollectionMax + 1 });
        if (count - removed >= limits.PerCollectionMax)
            throw new MillraceException(
                Reason.QueueFull,
                $"{count - removed} jobs of the collection still run, which is the most allowed. Wait until some are done.");
    }

    private static MillraceException NotFound(string id) =>
        new(Reason.JobNotFound, $"There is no job '{id}'. List the jobs of the collection to see which there are.") { Param = "job_id" };

    private sealed class JobRow
    {
        public long Row { get; init; }

        public string Id { get; init; } = "";

        public string Tenant { get; init; } = "";

        public string Name { get; init; } = "";

        public long CreatedAtMs { get; init; }

        public bool Cancelled { get; init; }

        public StoredJob ToJob(SqliteConnection connection)
        {
            var states = connection.Query<(int State, int Count, long Chunks)>(
                "SELECT state, count(*), sum(CASE WHEN indexed_version > 0 THEN chunk_count ELSE 0 END) FROM documents WHERE job = @Row "
                + "GROUP BY state",
                new { Row }).ToList();
            return new StoredJob
            {
                Row = Row,
                Id = Id,
                Collection = new CollectionKey(Tenant, Name),
                CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(CreatedAtMs),
                IsCancelled = Cancelled,
                Documents = states.ToDictionary(row => (DocumentState)row.State, row => row.Count),
                ChunkCount = states.Sum(row => row.Chunks),
            };
        }
    }
}
