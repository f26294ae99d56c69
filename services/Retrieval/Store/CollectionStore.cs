using Dapper;
using Microsoft.Data.Sqlite;
using Millrace.Retrieval.Chunking;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Store;

/// <summary>The collections of all tenants.</summary>
internal sealed class CollectionStore(RetrievalDatabase database, VectorCache vectors, TimeProvider time)
{
    private const string Select = """
        SELECT row, tenant, name, embedding_model AS EmbeddingModel, chunk_tokens_max AS ChunkTokensMax, overlap_tokens AS OverlapTokens,
            created_at_ms AS CreatedAtMs,
            (SELECT count(*) FROM documents WHERE collection = c.row) AS DocumentCount,
            (SELECT count(*) FROM chunks WHERE collection = c.row) AS ChunkCount
        FROM collections c
        """;

    /// <summary>Finds a collection.</summary>
    /// <returns>The collection, or null when there is none.</returns>
    public StoredCollection? Find(CollectionKey key) => database.Read(connection => Find(connection, key));

    /// <summary>Finds a collection that must be there.</summary>
    /// <exception cref="MillraceException">There is none.</exception>
    public StoredCollection Require(CollectionKey key) => Find(key) ?? throw NotFound(key);

    /// <summary>The collections of a tenant, by name.</summary>
    public IReadOnlyList<StoredCollection> List(string tenant) => database.Read(connection =>
        connection.Query<CollectionRow>($"{Select} WHERE tenant = @tenant ORDER BY name", new { tenant })
            .Select(row => row.ToCollection()).ToList());

    /// <summary>Creates a collection, or returns the one that has the name.</summary>
    /// <param name="key">Its name.</param>
    /// <param name="embeddingModel">Its model; empty for the default.</param>
    /// <param name="chunking">How its documents are cut.</param>
    /// <param name="countMax">Most collections of a tenant.</param>
    /// <param name="cancellationToken">Gives up while waiting for other writers.</param>
    /// <exception cref="MillraceException">The tenant has too many.</exception>
    public Task<StoredCollection> GetOrCreateAsync(
        CollectionKey key, string embeddingModel, ChunkingSettings chunking, int countMax, CancellationToken cancellationToken) =>
        database.WriteAsync(
            connection => Find(connection, key) ?? Insert(connection, key, embeddingModel, chunking, countMax), cancellationToken);

    /// <summary>Deletes a collection with everything in it.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> DeleteAsync(CollectionKey key, CancellationToken cancellationToken) => await database.WriteAsync(
        connection =>
        {
            if (Find(connection, key) is not { } collection) return (long?)null;
            connection.Execute($"DROP TABLE {Schema.FullText(collection.Row)}");
            connection.Execute("DELETE FROM collections WHERE row = @Row", new { collection.Row });
            return collection.Row;
        },
        row => vectors.Drop(row ?? 0),
        cancellationToken) is not null;

    /// <summary>Finds a collection on a connection of the caller.</summary>
    internal static StoredCollection? Find(SqliteConnection connection, CollectionKey key) =>
        connection.QuerySingleOrDefault<CollectionRow>(
            $"{Select} WHERE tenant = @Tenant AND name = @Name", new { key.Tenant, key.Name })?.ToCollection();

    /// <summary>Finds a collection by its row.</summary>
    internal static StoredCollection Find(SqliteConnection connection, long row) =>
        connection.QuerySingle<CollectionRow>($"{Select} WHERE row = @row", new { row }).ToCollection();

    /// <summary>The refusal of a collection that is not there.</summary>
    internal static MillraceException NotFound(CollectionKey key) => new(
        Reason.CollectionNotFound, $"There is no collection '{key.Name}'. Create it first, or list the collections to see which there are.")
    { Param = "collection" };

    private StoredCollection Insert(
        SqliteConnection connection, CollectionKey key, string embeddingModel, ChunkingSettings chunking, int countMax)
    {
        var count = connection.ExecuteScalar<long>("SELECT count(*) FROM collections WHERE tenant = @Tenant", new { key.Tenant });
        if (count >= countMax)
            throw MillraceException.InvalidArgument("name", $"There are {count} collections, which is the most allowed. Delete one first.");
        var row = connection.ExecuteScalar<long>(
            """
            INSERT INTO collections (tenant, name, embedding_model, chunk_tokens_max, overlap_tokens, created_at_ms)
            VALUES (@Tenant, @Name, @embeddingModel, @TokensMax, @OverlapTokens, @now);
            SELECT last_insert_rowid();
            """,
            new
            {
                key.Tenant, key.Name, embeddingModel, chunking.TokensMax, chunking.OverlapTokens,
                now = time.GetUtcNow().ToUnixTimeMilliseconds(),
            });
        connection.Execute(Schema.CreateFullText(row));
        return Find(connection, row);
    }

    // Settable properties rather than a constructor: for an empty result SQLite cannot say which types its columns have.
    private sealed class CollectionRow
    {
        public long Row { get; init; }

        public string Tenant { get; init; } = "";

        public string Name { get; init; } = "";

        public string EmbeddingModel { get; init; } = "";

        public int ChunkTokensMax { get; init; }

        public int OverlapTokens { get; init; }

        public long CreatedAtMs { get; init; }

        public int DocumentCount { get; init; }

        public int ChunkCount { get; init; }

        public StoredCollection ToCollection() => new()
        {
            Row = Row,
            Key = new CollectionKey(Tenant, Name),
            EmbeddingModel = EmbeddingModel,
            Chunking = new ChunkingSettings(ChunkTokensMax, OverlapTokens),
            DocumentCount = DocumentCount,
            ChunkCount = ChunkCount,
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(CreatedAtMs),
        };
    }
}
