using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Store;

/// <summary>What became of a document that was stored.</summary>
/// <param name="Document">The document as it stands now.</param>
/// <param name="Unchanged">Whether nothing of it changed.</param>
/// <param name="Outbox">What the index has to be told before the change can be seen; 0 for nothing.</param>
internal sealed record StoreOutcome(StoredDocument Document, bool Unchanged, long Outbox);

/// <summary>The documents of all collections, from the upload's side.</summary>
internal sealed class DocumentStore(RetrievalDatabase database, TimeProvider time)
{
    private const string ByKey = $"{DocumentRow.Select} WHERE c.tenant = @Tenant AND c.name = @Name AND d.document_id = @DocumentId";

    /// <summary>Finds a document.</summary>
    /// <returns>The document, or null when there is none.</returns>
    public StoredDocument? Find(DocumentKey key) => database.Read(connection => Find(connection, key))?.ToDocument();

    /// <summary>Documents of a collection by id.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="state">Only documents in this state; null for all.</param>
    /// <param name="afterId">Only ids behind this one; empty for the beginning.</param>
    /// <param name="countMax">Most documents to return.</param>
    /// <param name="jobId">Only documents that were last uploaded for this job; empty for all.</param>
    /// <exception cref="MillraceException">There is no such collection.</exception>
    public IReadOnlyList<StoredDocument> List(
        CollectionKey collection, DocumentState? state, string afterId, int countMax, string jobId = "") =>
        database.Read(connection =>
        {
            var row = CollectionStore.Require(connection, collection).Row;
            return connection.Query<DocumentRow>(
                    $"{DocumentRow.Select} WHERE d.collection = @row AND d.document_id > @afterId AND (@state = 0 OR d.state = @state) "
                    + "AND (@jobId = '' OR d.job = (SELECT row FROM jobs WHERE id = @jobId)) ORDER BY d.document_id LIMIT @countMax",
                    new { row, afterId, countMax, state = (int)(state ?? 0), jobId })
                .Select(document => document.ToDocument()).ToList();
        });

    /// <summary>Stores a document and queues it. The same bytes as before are not queued again, unless they failed.</summary>
    /// <param name="document">The document.</param>
    /// <param name="limits">How many there may be.</param>
    /// <param name="cancellationToken">Gives up while waiting for other writers.</param>
    /// <exception cref="MillraceException">There is no such collection or job, or too much in it or in the queue.</exception>
    public Task<StoreOutcome> PutAsync(NewDocument document, DocumentLimits limits, CancellationToken cancellationToken) =>
        database.WriteAsync(
            connection =>
            {
                var collection = CollectionStore.Require(connection, document.Key.Collection);
                var job = JobStore.RequireOpen(connection, collection, document.JobId);
                var known = Find(connection, document.Key);
                if (known is null) Insert(connection, document, collection, limits);
                else if (HasContent(known, document)) return Describe(connection, known, document, job);
                else Replace(connection, known, document, limits);
                SetJob(connection, document.Key, job);
                return new StoreOutcome(Require(connection, document.Key).ToDocument(), Unchanged: false, Outbox: 0);
            },
            cancellationToken);

    /// <summary>Changes what is said of a document, and leaves its content alone.</summary>
    /// <exception cref="MillraceException">There is no such document.</exception>
    public Task<StoreOutcome> UpdateAsync(DocumentKey key, DocumentChange change, CancellationToken cancellationToken) =>
        database.WriteAsync(
            connection => Describe(connection, Find(connection, key) ?? throw NotFound(key), change), cancellationToken);

    /// <summary>Deletes a document; a search that begins afterwards does not find it.</summary>
    /// <returns>Whether there was one.</returns>
    public Task<bool> DeleteAsync(DocumentKey key, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            if (Find(connection, key) is not { } document) return false;
            foreach (var (edition, generation) in EditionStore.Live(connection, document.Row))
                OutboxStore.AddRemoval(connection, generation, document.Row, EditionStore.ChunksOf(connection, edition));
            connection.Execute("DELETE FROM documents WHERE row = @Row", new { document.Row });
            return true;
        },
        cancellationToken);

    /// <summary>The refusal of a document that is not there.</summary>
    internal static MillraceException NotFound(DocumentKey key) => new(
        Reason.DocumentNotFound,
        $"There is no document '{key.DocumentId}' in the collection '{key.Collection.Name}'. List the collection's documents to see "
        + "which there are.")
    { Param = "document_id" };

    /// <summary>Finds a document on a connection of the caller.</summary>
    internal static DocumentRow? Find(SqliteConnection connection, DocumentKey key) => connection.QuerySingleOrDefault<DocumentRow>(
        ByKey, new { key.Collection.Tenant, key.Collection.Name, key.DocumentId });

    private static DocumentRow Require(SqliteConnection connection, DocumentKey key) =>
        Find(connection, key) ?? throw new InvalidOperationException("A document that was just written is gone.");

    private static bool HasContent(DocumentRow known, NewDocument document) =>
        known.Sha256 == document.Sha256 && known.MediaType == document.MediaType && known.State != DocumentState.Failed;

    // The same content: nothing is parsed or embedded again.
    private static StoreOutcome Describe(SqliteConnection connection, DocumentRow known, NewDocument document, long? job)
    {
        SetJob(connection, document.Key, job);
        return Describe(connection, known, new DocumentChange(document.Metadata, document.AccessLabels));
    }

    private static StoreOutcome Describe(SqliteConnection connection, DocumentRow known, DocumentChange change)
    {
        var before = known.ToDocument();
        var (metadata, labels) = (change.Metadata ?? before.Metadata, change.AccessLabels ?? before.AccessLabels);
        var isSame = JsonElement.DeepEquals(metadata, before.Metadata) && labels.SequenceEqual(before.AccessLabels, StringComparer.Ordinal);
        var outbox = 0L;
        if (!isSame)
        {
            connection.Execute(
                "UPDATE documents SET metadata = @metadata, labels = @labels WHERE row = @Row",
                new { metadata = StoreJson.Of(metadata), labels = StoreJson.Of(labels), known.Row });
            outbox = OutboxStore.AddAttributes(connection, known.Row);
        }

        return new StoreOutcome(Require(connection, before.Key).ToDocument(), isSame, outbox);
    }

    private static void SetJob(SqliteConnection connection, DocumentKey key, long? job)
    {
        if (job is not null)
            connection.Execute(
                "UPDATE documents SET job = @job WHERE row = @Row", new { job, Require(connection, key).Row });
    }

    private void Insert(SqliteConnection connection, NewDocument document, StoredCollection collection, DocumentLimits limits)
    {
        limits.RequireRoom(connection, collection);
        var row = connection.ExecuteScalar<long>(
            """
            INSERT INTO documents (collection, tenant, document_id, title, media_type, sha256, version, state, updated_at_ms, metadata,
                labels, size_bytes)
            VALUES (
                @Collection, @Tenant, @DocumentId, @DocumentId, @MediaType, @Sha256, 1, 1, @UpdatedAtMs, @Metadata, @Labels, @SizeBytes);
            SELECT last_insert_rowid();
            """,
            Values(document, collection.Row));
        connection.Execute("INSERT INTO contents (document, original) VALUES (@row, @Content)", new { row, document.Content });
    }

    // Content that failed is tried again as it is; other content is another version.
    private void Replace(SqliteConnection connection, DocumentRow known, NewDocument document, DocumentLimits limits)
    {
        if (known.State is DocumentState.Ready or DocumentState.Failed) limits.RequireQueueRoom(connection, document.Key.Collection.Tenant);
        var isOther = known.Sha256 != document.Sha256 || known.MediaType != document.MediaType;
        if (isOther) KeepFound(connection, known);
        connection.Execute(
            $"""
            UPDATE documents SET media_type = @MediaType, sha256 = @Sha256, version = version + {(isOther ? 1 : 0)}, state = 1,
                error = '', attempts = 0, retry_at_ms = 0, updated_at_ms = @UpdatedAtMs, metadata = @Metadata, labels = @Labels,
                size_bytes = @SizeBytes
            WHERE collection = @Collection AND document_id = @DocumentId
            """,
            Values(document, known.CollectionRow));
        connection.Execute("UPDATE contents SET original = @Content WHERE document = @Row", new { known.Row, document.Content });
        OutboxStore.AddAttributes(connection, known.Row);
    }

    // A version that is found stays what a new generation is built from, until a newer one is found.
    private static void KeepFound(SqliteConnection connection, DocumentRow known) => connection.Execute(
        """
        INSERT OR REPLACE INTO found_contents (document, version, media_type, original)
        SELECT o.document, @Version, @MediaType, o.original FROM contents o JOIN editions e ON e.document = o.document AND e.live = 1
            JOIN collections c ON c.active = e.generation
        WHERE o.document = @Row AND e.document_version = @Version
        """,
        new { known.Row, known.Version, known.MediaType });

    private object Values(NewDocument document, long collection) => new
    {
        Collection = collection,
        document.Key.Collection.Tenant,
        document.Key.DocumentId,
        document.MediaType,
        document.Sha256,
        UpdatedAtMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
        Metadata = StoreJson.Of(document.Metadata),
        Labels = StoreJson.Of(document.AccessLabels),
        SizeBytes = document.Content.LongLength,
    };
}
