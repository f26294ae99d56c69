using Dapper;
using Microsoft.Data.Sqlite;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Store;

/// <summary>How far the build of a generation is.</summary>
internal enum BuildStep
{
    /// <summary>Documents are missing that can be built now.</summary>
    Missing,

    /// <summary>The index was not told of all.</summary>
    Waiting,

    /// <summary>It took the active generation's place.</summary>
    Switched,

    /// <summary>There is no such build any more.</summary>
    Gone,
}

/// <summary>Generations that are built beside the active one and take its place.</summary>
internal sealed class GenerationStore(RetrievalDatabase database, TimeProvider time)
{
    // Whatever state a document is in: as long as a version of it is found, the build has to have that version.
    private const string Lacking = """
        FROM collections c JOIN editions a ON a.generation = c.active AND a.live = 1
        WHERE c.building = @generation AND c.deleted = 0 AND NOT EXISTS (
            SELECT 1 FROM editions b WHERE b.generation = @generation AND b.document = a.document AND b.live = 1
                AND b.document_version = a.document_version)
        """;

    // What the active index was not told of either is no loss, so that a stream of changes does not hold the switch up.
    private const string Untold = """
        FROM outbox o JOIN collections c ON c.building = o.generation
        WHERE o.generation = @generation AND o.kind <> 2 AND NOT EXISTS (
            SELECT 1 FROM outbox a WHERE a.document = o.document AND a.generation = c.active AND a.kind = o.kind
                AND a.document_version = o.document_version)
        """;

    /// <summary>Begins to build a generation, unless the collection is as it is to be already.</summary>
    /// <returns>The collection, with the build if there is one.</returns>
    /// <exception cref="MillraceException">There is no such collection, or another build is going on.</exception>
    public Task<StoredCollection> BeginAsync(CollectionKey key, GenerationSettings settings, CancellationToken cancellationToken) =>
        database.WriteAsync(
            connection =>
            {
                var collection = CollectionStore.Require(connection, key);
                if (collection.Reindexing is { Error: "" } going)
                    return going.Generation.Settings == settings ? collection : throw Busy(key);
                if (collection.Reindexing is { } failed) Retire(connection, failed.Generation.Row);
                var building = IsAlready(collection, settings)
                    ? (long?)null
                    : GenerationRow.Insert(connection, collection.Row, settings, GenerationState.Building);
                connection.Execute("UPDATE collections SET building = @building WHERE row = @Row", new { building, collection.Row });
                return CollectionStore.Require(connection, key);
            },
            cancellationToken);

    /// <summary>All collections with a generation that is being built.</summary>
    public IReadOnlyList<long> Building() => database.Read(connection => connection.Query<long>(
        "SELECT g.row FROM generations g JOIN collections c ON c.building = g.row WHERE g.state = 1 ORDER BY g.row").ToList());

    /// <summary>Documents that a search finds and that a build lacks, by row.</summary>
    /// <param name="generation">The generation that is built.</param>
    /// <param name="afterRow">Only documents behind this one.</param>
    /// <param name="countMax">Most documents to return.</param>
    public IReadOnlyList<long> Missing(long generation, long afterRow, int countMax) => database.Read(connection =>
        connection.Query<long>(
            $"SELECT a.document {Lacking} AND a.document > @afterRow ORDER BY a.document LIMIT @countMax",
            new { generation, afterRow, countMax }).ToList());

    /// <summary>Reads the version of a document that is found, to bring it into a build.</summary>
    /// <returns>The document; null when the build or the document is not there any more.</returns>
    public ClaimedDocument? Claim(long generation, long document) => database.Read(connection =>
    {
        var row = connection.QuerySingleOrDefault<DocumentRow>(
            $"{DocumentRow.Select} WHERE d.row = @document AND c.building = @generation", new { document, generation });
        if (row is null) return null;
        if (CollectionStore.Find(connection, row.CollectionRow) is not { Reindexing: { } reindexing } collection) return null;
        if (Found(connection, document) is not { } found) return null;
        var original = found.Original ?? throw new InvalidOperationException("The bytes of a version that is found are gone.");
        var version = row.ToDocument() with { Version = found.Version, MediaType = found.MediaType };
        return new ClaimedDocument(version, original, collection, reindexing.Generation);
    });

    /// <summary>Lets a build take the active generation's place if it lacks nothing.</summary>
    public Task<BuildStep> TrySwitchAsync(long generation, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            var collection = connection.QuerySingleOrDefault<long?>(
                "SELECT row FROM collections WHERE building = @generation AND deleted = 0", new { generation });
            if (collection is null || GenerationRow.Find(connection, generation)?.State != GenerationState.Building) return BuildStep.Gone;
            if (Any(connection, Lacking, generation)) return BuildStep.Missing;
            if (Any(connection, Untold, generation)) return BuildStep.Waiting;
            Switch(connection, collection.Value, generation);
            return BuildStep.Switched;
        },
        cancellationToken);

    /// <summary>Gives a build up. The active generation stays, and the error is told with the collection.</summary>
    public Task<bool> FailAsync(long generation, string error, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute(
            "UPDATE generations SET state = 4, error = @error WHERE row = @generation AND state = 1", new { generation, error }) == 1,
        cancellationToken);

    /// <summary>Every generation that is searched or built, with the length of its vectors.</summary>
    public IReadOnlyList<Index.IndexSettings> InUse() => database.Read(connection =>
        connection.Query<(string Tenant, long Collection, long Generation, int Dimension)>(
            """
            SELECT c.tenant, c.row, g.row, g.dimension FROM generations g JOIN collections c ON c.row = g.collection
            WHERE g.state IN (1, 2) AND g.dimension > 0 AND c.deleted = 0 ORDER BY g.row
            """)
            .Select(row => new Index.IndexSettings(new Index.IndexId(row.Tenant, row.Collection, row.Generation), row.Dimension)).ToList());

    /// <summary>How far a build is.</summary>
    internal static StoredReindexing? Reindexing(SqliteConnection connection, long generation)
    {
        var row = GenerationRow.Find(connection, generation);
        if (row is not { State: GenerationState.Building or GenerationState.Failed }) return null;
        var (done, total) = connection.QuerySingle<(int Done, int Total)>(
            """
            SELECT (SELECT count(*) FROM editions WHERE generation = @Row AND live = 1),
                (SELECT count(*) FROM documents WHERE collection = @Collection AND (state <> 4 OR indexed_version > 0))
            """,
            new { row.Row, row.Collection });
        return new StoredReindexing(row.ToGeneration(), done, Math.Max(done, total), row.Error);
    }

    private static bool Any(SqliteConnection connection, string which, long generation) =>
        connection.ExecuteScalar<bool>($"SELECT EXISTS (SELECT 1 {which})", new { generation });

    private static FoundContent? Found(SqliteConnection connection, long document) =>
        connection.QuerySingleOrDefault<FoundContent>(
            """
            SELECT e.document_version AS Version, coalesce(f.media_type, d.media_type) AS MediaType,
                coalesce(f.original, CASE WHEN d.version = e.document_version THEN o.original END) AS Original
            FROM documents d JOIN collections c ON c.row = d.collection
                JOIN editions e ON e.generation = c.active AND e.document = d.row AND e.live = 1
                JOIN contents o ON o.document = d.row
                LEFT JOIN found_contents f ON f.document = d.row AND f.version = e.document_version
            WHERE d.row = @document
            """,
            new { document });

    // A document that is being worked on goes through the new generation once more, unless only its index is still to be told.
    private void Switch(SqliteConnection connection, long collection, long generation)
    {
        Retire(connection, connection.QuerySingle<long>("SELECT active FROM collections WHERE row = @collection", new { collection }));
        connection.Execute(
            $"""
            UPDATE collections SET active = @generation, building = NULL WHERE row = @collection;
            UPDATE generations SET state = 2 WHERE row = @generation;
            UPDATE documents SET state = 1, retry_at_ms = 0 WHERE collection = @collection AND {DocumentQueue.IsInterrupted};
            UPDATE documents SET chunk_count = (
                SELECT coalesce(max(e.chunk_count), 0) FROM editions e
                WHERE e.generation = @generation AND e.document = documents.row AND e.live = 1)
            WHERE collection = @collection;
            """,
            new { generation, collection });
    }

    private void Retire(SqliteConnection connection, long generation) => connection.Execute(
        "UPDATE generations SET state = 3, retired_at_ms = @now WHERE row = @generation",
        new { generation, now = time.GetUtcNow().ToUnixTimeMilliseconds() });

    private static bool IsAlready(StoredCollection collection, GenerationSettings settings) =>
        collection.Active.Settings == settings
        || (collection.Active.Settings == settings with { DimensionWanted = 0 } && settings.DimensionWanted == collection.Dimension);

    private sealed class FoundContent
    {
        public int Version { get; init; }

        public string MediaType { get; init; } = "";

        public byte[]? Original { get; init; }
    }

    private static MillraceException Busy(CollectionKey key) => new(
        Reason.AlreadyExists,
        $"The collection '{key.Name}' is being indexed anew with other settings. Wait until it is done, or ask for the same settings.")
    { Param = "name" };
}
