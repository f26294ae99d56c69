using Dapper;
using Microsoft.Data.Sqlite;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Store;

/// <summary>The documents of all collections, from the upload's side.</summary>
internal sealed class DocumentStore(RetrievalDatabase database, VectorCache vectors, TimeProvider time)
{
    private const string SelectByKey = $"""
        SELECT {DocumentRow.Columns} FROM documents d JOIN collections c ON c.row = d.collection
        WHERE c.tenant = @Tenant AND c.name = @Name AND d.document_id = @DocumentId
        """;

    /// <summary>Finds a document.</summary>
    /// <returns>The document, or null when there is none.</returns>
    public StoredDocument? Find(DocumentKey key) =>
        database.Read(connection => Find(connection, key))?.ToDocument(key.Collection);

    /// <summary>Documents of a collection by id.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="afterId">Only ids behind this one; empty for the beginning.</param>
    /// <param name="countMax">Most documents to return.</param>
    /// <exception cref="MillraceException">There is no such collection.</exception>
    public IReadOnlyList<StoredDocument> List(CollectionKey collection, string afterId, int countMax) => database.Read(connection =>
    {
        var row = (CollectionStore.Find(connection, collection) ?? throw CollectionStore.NotFound(collection)).Row;
        return connection.Query<DocumentRow>(
                $"SELECT {DocumentRow.Columns} FROM documents d WHERE d.collection = @row AND d.document_id > @afterId ORDER BY "
                + "d.document_id LIMIT @countMax",
                new { row, afterId, countMax })
            .Select(document => document.ToDocument(collection)).ToList();
    });

    /// <summary>Stores a document and queues it. The same bytes as before are not queued again, unless they failed.</summary>
    /// <param name="document">The document.</param>
    /// <param name="limits">How many there may be.</param>
    /// <param name="cancellationToken">Gives up while waiting for other writers.</param>
    /// <returns>The document as it stands now, and whether nothing was done.</returns>
    /// <exception cref="MillraceException">There is no such collection, or too much in it or in the queue.</exception>
    public Task<(StoredDocument Document, bool Unchanged)> PutAsync(
        NewDocument document, DocumentLimits limits, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            var known = Find(connection, document.Key);
            if (known is not null && IsSame(known, document)) return (known.ToDocument(document.Key.Collection), true);
            if (known is null) Insert(connection, document, limits);
            else Replace(connection, known, document, limits);
            return (Require(connection, document.Key).ToDocument(document.Key.Collection), false);
        },
        cancellationToken);

    /// <summary>Deletes a document; a search that begins afterwards does not find it.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> DeleteAsync(DocumentKey key, CancellationToken cancellationToken) => await database.WriteAsync(
        connection =>
        {
            if (Find(connection, key) is not { } document) return null;
            DocumentIndex.RemoveChunks(connection, document.CollectionRow, document.Row);
            connection.Execute("DELETE FROM documents WHERE row = @Row", new { document.Row });
            return document;
        },
        deleted => vectors.Remove(deleted?.CollectionRow ?? 0, deleted?.Row ?? 0),
        cancellationToken) is not null;

    /// <summary>The text that a document's offsets point into; null until it was indexed.</summary>
    public string? Text(DocumentKey key) => database.Read(connection => Find(connection, key) is not { } document
        ? null
        : connection.ExecuteScalar<string?>("SELECT text FROM contents WHERE document = @Row", new { document.Row }));

    private static DocumentRow? Find(SqliteConnection connection, DocumentKey key) =>
        connection.QuerySingleOrDefault<DocumentRow>(SelectByKey, new { key.Collection.Tenant, key.Collection.Name, key.DocumentId });

    private static DocumentRow Require(SqliteConnection connection, DocumentKey key) =>
        Find(connection, key) ?? throw new InvalidOperationException("A document that was just written is gone.");

    private static bool IsSame(DocumentRow known, NewDocument document) =>
        known.Sha256 == document.Sha256
        && known.MediaType == document.MediaType
        && known.State != DocumentState.Failed
        && known.Metadata == StoreJson.Of(document.Metadata);

    private void Insert(SqliteConnection connection, NewDocument document, DocumentLimits limits)
    {
        var collection = CollectionStore.Find(connection, document.Key.Collection) ?? throw CollectionStore.NotFound(
            document.Key.Collection);
        limits.RequireRoom(connection, collection);
        var row = connection.ExecuteScalar<long>(
            """
            INSERT INTO documents (collection, document_id, title, media_type, sha256, version, state, error, attempts, retry_at_ms,
                updated_at_ms, metadata, size_bytes, chunk_count)
            VALUES (@Collection, @DocumentId, @DocumentId, @MediaType, @Sha256, 1, @State, '', 0, 0, @UpdatedAtMs, @Metadata, @SizeBytes,
            0);
            SELECT last_insert_rowid();
            """,
            Values(document, collection.Row));
        connection.Execute("INSERT INTO contents (document, original) VALUES (@row, @Content)", new { row, document.Content });
    }

    private void Replace(SqliteConnection connection, DocumentRow known, NewDocument document, DocumentLimits limits)
    {
        var contentChanged = known.Sha256 != document.Sha256 || known.MediaType != document.MediaType;
        if (!contentChanged && known.State != DocumentState.Failed)
        {
            connection.Execute(
                "UPDATE documents SET metadata = @Metadata WHERE row = "
                + "@Row", new { Metadata = StoreJson.Of(document.Metadata), known.Row });
            return;
        }

        limits.RequireQueueRoom(connection);
        connection.Execute(
            $"""
            UPDATE documents SET media_type = @MediaType, sha256 = @Sha256, version = version + {(contentChanged ? 1 : 0)}, state = @State,
                error = '', attempts = 0, retry_at_ms = 0, updated_at_ms = @UpdatedAtMs, metadata = @Metadata, size_bytes = @SizeBytes
            WHERE collection = @Collection AND document_id = @DocumentId
            """,
            Values(document, known.CollectionRow));
        connection.Execute("UPDATE contents SET original = @Content WHERE document = @Row", new { known.Row, document.Content });
    }

    private object Values(NewDocument document, long collection) => new
    {
        Collection = collection,
        document.Key.DocumentId,
        document.MediaType,
        document.Sha256,
        State = (int)DocumentState.Queued,
        UpdatedAtMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
        Metadata = StoreJson.Of(document.Metadata),
        SizeBytes = document.Content.LongLength,
    };
}
