using Dapper;
using Microsoft.Data.Sqlite;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Store;

/// <summary>A collection that is to be there.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Description">What it is about.</param>
/// <param name="Settings">How it is embedded and cut.</param>
/// <param name="CountMax">Most collections of its tenant.</param>
internal sealed record CollectionDraft(CollectionKey Key, string Description, GenerationSettings Settings, int CountMax)
{
    /// <summary>What people and the application say of it.</summary>
    public CollectionSayings Sayings { get; init; } = CollectionSayings.None;
}

/// <summary>The collections of all tenants.</summary>
internal sealed class CollectionStore(RetrievalDatabase database, TimeProvider time)
{
    private const string Select = """
        SELECT row AS Row, tenant AS Tenant, name AS Name, description AS Description, active AS Active, building AS Building,
            document_count AS DocumentCount, created_at_ms AS CreatedAtMs, title AS Title, metadata AS MetadataJson
        FROM collections
        """;

    /// <summary>Finds a collection.</summary>
    /// <returns>The collection, or null when there is none.</returns>
    public StoredCollection? Find(CollectionKey key) => database.Read(connection => Find(connection, key));

    /// <summary>Finds a collection that must be there.</summary>
    /// <exception cref="MillraceException">There is none.</exception>
    public StoredCollection Require(CollectionKey key) => Find(key) ?? throw NotFound(key);

    /// <summary>The collections of a tenant, by name.</summary>
    public IReadOnlyList<StoredCollection> List(string tenant) => database.Read(connection =>
        connection.Query<CollectionRow>($"{Select} WHERE tenant = @tenant AND deleted = 0 ORDER BY name", new { tenant })
            .ToList().ConvertAll(row => row.ToCollection(connection)));

    /// <summary>Creates a collection, or returns the one that has the name.</summary>
    /// <exception cref="MillraceException">The tenant has too many.</exception>
    public Task<StoredCollection> GetOrCreateAsync(CollectionDraft draft, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => Find(connection, draft.Key) ?? Insert(connection, draft), cancellationToken);

    /// <summary>Changes what is said of a collection; what is null stays.</summary>
    /// <returns>The collection; null when there is none.</returns>
    public Task<StoredCollection?> UpdateAsync(
        CollectionKey key, string? title, string? metadataJson, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            connection.Execute(
                """
                UPDATE collections SET title = coalesce(@title, title), metadata = coalesce(@metadataJson, metadata)
                WHERE tenant = @Tenant AND name = @Name AND deleted = 0
                """,
                new { title, metadataJson, key.Tenant, key.Name });
            return Find(connection, key);
        },
        cancellationToken);

    /// <summary>How many documents of a collection are in which state, and how many bytes they have.</summary>
    public CollectionCounts Count(StoredCollection collection) => database.Read(connection =>
    {
        var rows = connection.Query<(int State, int Count, long Bytes)>(
            "SELECT state, count(*), coalesce(sum(size_bytes), 0) FROM documents WHERE collection = @Row GROUP BY state",
            new { collection.Row }).ToList();
        return new CollectionCounts(rows.ToDictionary(row => (DocumentState)row.State, row => row.Count), rows.Sum(row => row.Bytes));
    });

    /// <summary>Deletes a collection. It is gone at once; its rows are removed afterwards, bit by bit.</summary>
    /// <returns>Whether there was one.</returns>
    public Task<bool> DeleteAsync(CollectionKey key, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            if (Find(connection, key) is not { } collection) return false;
            connection.Execute(
                """
                UPDATE collections SET deleted = 1, name = '/' || row, building = NULL WHERE row = @Row;
                UPDATE documents SET state = 4 WHERE collection = @Row AND state IN (1, 2);
                DELETE FROM jobs WHERE collection = @Row;
                UPDATE generations SET state = 3, retired_at_ms = 0 WHERE collection = @Row;
                """,
                new { collection.Row });
            return true;
        },
        cancellationToken);

    /// <summary>Finds a collection on a connection of the caller.</summary>
    internal static StoredCollection? Find(SqliteConnection connection, CollectionKey key) =>
        connection.QuerySingleOrDefault<CollectionRow>(
            $"{Select} WHERE tenant = @Tenant AND name = @Name AND deleted = 0", new { key.Tenant, key.Name })?.ToCollection(connection);

    /// <summary>Finds a collection by its row.</summary>
    internal static StoredCollection? Find(SqliteConnection connection, long row) =>
        connection.QuerySingleOrDefault<CollectionRow>($"{Select} WHERE row = @row AND deleted = 0", new { row })?.ToCollection(connection);

    /// <summary>Finds a collection that must be there, on a connection of the caller.</summary>
    internal static StoredCollection Require(SqliteConnection connection, CollectionKey key) =>
        Find(connection, key) ?? throw NotFound(key);

    /// <summary>The refusal of a collection that is not there.</summary>
    internal static MillraceException NotFound(CollectionKey key) => new(
        Reason.CollectionNotFound, $"There is no collection '{key.Name}'. Create it first, or list the collections to see which there are.")
    { Param = "collection" };

    private StoredCollection Insert(SqliteConnection connection, CollectionDraft draft)
    {
        var count = connection.ExecuteScalar<long>(
            "SELECT count(*) FROM collections WHERE tenant = @Tenant AND deleted = 0", new { draft.Key.Tenant });
        if (count >= draft.CountMax)
            throw MillraceException.InvalidArgument("name", $"There are {count} collections, which is the most allowed. Delete one first.");
        var row = connection.ExecuteScalar<long>(
            """
            INSERT INTO collections (tenant, name, description, created_at_ms, title, metadata)
            VALUES (@Tenant, @Name, @Description, @now, @Title, @MetadataJson);
            SELECT last_insert_rowid();
            """,
            new
            {
                draft.Key.Tenant,
                draft.Key.Name,
                draft.Description,
                now = time.GetUtcNow().ToUnixTimeMilliseconds(),
                draft.Sayings.Title,
                draft.Sayings.MetadataJson,
            });
        var active = GenerationRow.Insert(connection, row, draft.Settings, GenerationState.Active);
        connection.Execute("UPDATE collections SET active = @active WHERE row = @row", new { active, row });
        return Find(connection, draft.Key) ?? throw new InvalidOperationException("A collection that was just written is gone.");
    }

    // Settable properties rather than a constructor: for an empty result SQLite cannot say which types its columns have.
    private sealed class CollectionRow
    {
        public long Row { get; init; }

        public string Tenant { get; init; } = "";

        public string Name { get; init; } = "";

        public string Description { get; init; } = "";

        public long Active { get; init; }

        public long? Building { get; init; }

        public int DocumentCount { get; init; }

        public long CreatedAtMs { get; init; }

        public string Title { get; init; } = "";

        public string MetadataJson { get; init; } = "";

        public StoredCollection ToCollection(SqliteConnection connection) => new()
        {
            Row = Row,
            Key = new CollectionKey(Tenant, Name),
            Description = Description,
            Active = (GenerationRow.Find(connection, Active) ?? throw new InvalidOperationException("A collection has no generation."))
                .ToGeneration(),
            Reindexing = Building is { } building ? GenerationStore.Reindexing(connection, building) : null,
            DocumentCount = DocumentCount,
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(CreatedAtMs),
            Sayings = new CollectionSayings(Title, MetadataJson),
        };
    }
}
