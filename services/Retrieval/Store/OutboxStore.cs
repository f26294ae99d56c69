using System.Runtime.InteropServices;
using Dapper;
using Microsoft.Data.Sqlite;
using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Index;

namespace Millrace.Retrieval.Store;

/// <summary>What the index is told. The numbers are stored.</summary>
internal enum OutboxKind
{
    /// <summary>The live chunks of a document.</summary>
    Put = 1,

    /// <summary>Chunks that are gone.</summary>
    Remove = 2,

    /// <summary>What decides whether a document may be found.</summary>
    Attributes = 3,
}

/// <summary>One thing that an index has to be told.</summary>
/// <param name="Row">Its row; rows are in the order in which things happened.</param>
/// <param name="Kind">What.</param>
/// <param name="Index">The index; null when it is not there any more, so that nobody has to be told.</param>
/// <param name="Document">The document.</param>
/// <param name="DocumentVersion">Version of the document, for chunks that are put.</param>
/// <param name="Chunks">The chunks that are gone.</param>
internal sealed record OutboxEntry(
    long Row, OutboxKind Kind, IndexSettings? Index, long Document, int DocumentVersion, IReadOnlyList<long> Chunks);

/// <summary>
/// What the index was not told yet, in the same file as the truth, so that both change in one step. Entries say which document, not what
/// of it: what is told is read when it is told, and so telling twice is no harm.
/// </summary>
internal sealed class OutboxStore(RetrievalDatabase database)
{
    private const string WithIndex = """
        SELECT o.row AS Row, o.kind AS Kind, c.tenant AS Tenant, c.row AS Collection, o.generation AS Generation, g.dimension AS Dimension,
            o.document AS Document, o.document_version AS DocumentVersion, o.chunks AS Chunks
        FROM outbox o LEFT JOIN generations g ON g.row = o.generation AND g.state IN (1, 2)
            LEFT JOIN collections c ON c.row = g.collection AND c.deleted = 0
        """;

    /// <summary>The oldest entries.</summary>
    /// <param name="exceptGenerations">Generations whose index cannot be reached now.</param>
    /// <param name="countMax">Most entries.</param>
    public IReadOnlyList<OutboxEntry> Next(IReadOnlyCollection<long> exceptGenerations, int countMax) => database.Read(connection =>
        connection.Query<EntryRow>(
            $"{WithIndex} WHERE o.generation NOT IN @exceptGenerations ORDER BY o.row LIMIT @countMax",
            new { exceptGenerations, countMax }).Select(row => row.ToEntry()).ToList());

    /// <summary>Whether an entry waits.</summary>
    public bool Has(long row) => database.Read(connection =>
        connection.ExecuteScalar<bool>("SELECT EXISTS (SELECT 1 FROM outbox WHERE row = @row)", new { row }));

    /// <summary>What decides whether documents may be found, as the truth has it now. Those that are gone are left out.</summary>
    public IReadOnlyDictionary<long, DocumentAttributes> Attributes(IEnumerable<long> documents) => database.Read(connection =>
        documents.Distinct().Chunk(500).SelectMany(rows => connection.Query<DocumentRow>(
                $"{DocumentRow.Select} WHERE d.row IN @rows AND c.deleted = 0", new { rows }))
            .ToDictionary(row => row.Row, row => row.ToDocument().Attributes));

    /// <summary>Removes entries of which the index was told; what was put for the active generation is ready then.</summary>
    /// <returns>The documents that became ready.</returns>
    public Task<IReadOnlyList<DocumentKey>> CompleteAsync(IReadOnlyList<OutboxEntry> told, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<DocumentKey>>(
            connection =>
            {
                List<DocumentKey> ready = [];
                foreach (var entry in told)
                {
                    connection.Execute("DELETE FROM outbox WHERE row = @Row", new { entry.Row });
                    if (entry.Kind == OutboxKind.Put && SetReady(connection, entry) is { } key) ready.Add(key);
                }

                return ready;
            },
            cancellationToken);

    /// <summary>Has the index told of documents and of chunks anew, since it was found to differ.</summary>
    public Task<bool> RepairAsync(
        IndexId index, IReadOnlyCollection<long> documents, IReadOnlyCollection<long> gone, CancellationToken cancellationToken) =>
        database.WriteAsync(
            connection =>
            {
                if (gone.Count > 0) AddRemoval(connection, index.Generation, document: 0, gone);
                foreach (var document in documents) Add(connection, OutboxKind.Put, index.Generation, (document, 0), chunks: null);
                return documents.Count + gone.Count > 0;
            },
            cancellationToken);

    /// <summary>The index has to be told of a document's chunks.</summary>
    internal static void AddPut(SqliteConnection connection, long generation, long document, int version) =>
        Add(connection, OutboxKind.Put, generation, (document, version), chunks: null);

    /// <summary>The index has to be told that chunks are gone.</summary>
    internal static void AddRemoval(SqliteConnection connection, long generation, long document, IReadOnlyCollection<long> chunks)
    {
        if (chunks.Count > 0)
            Add(connection, OutboxKind.Remove, generation, (document, 0), MemoryMarshal.AsBytes<long>(chunks.ToArray()).ToArray());
    }

    /// <summary>Every index that has a document has to be told what decides whether it may be found.</summary>
    /// <returns>The last entry; 0 when no index has it.</returns>
    internal static long AddAttributes(SqliteConnection connection, long document)
    {
        var last = 0L;
        foreach (var (_, generation) in EditionStore.Live(connection, document))
            last = Add(connection, OutboxKind.Attributes, generation, (document, 0), chunks: null);
        return last;
    }

    private static long Add(
        SqliteConnection connection, OutboxKind kind, long generation, (long Row, int Version) document, byte[]? chunks) =>
        connection.ExecuteScalar<long>(
            """
            INSERT INTO outbox (kind, generation, document, document_version, chunks) VALUES (@kind, @generation, @Row, @Version, @chunks);
            SELECT last_insert_rowid();
            """,
            new { kind = (int)kind, generation, document.Row, document.Version, chunks });

    private static DocumentKey? SetReady(SqliteConnection connection, OutboxEntry entry)
    {
        var changed = connection.Execute(
            """
            UPDATE documents SET state = 3, error = '', indexed_version = version
            WHERE row = @Document AND version = @DocumentVersion AND state = 2 AND EXISTS (
                SELECT 1 FROM editions e JOIN collections c ON c.active = e.generation
                WHERE e.document = documents.row AND e.live = 1 AND e.document_version = documents.version AND e.generation = @Generation)
            """,
            new { entry.Document, entry.DocumentVersion, Generation = entry.Index?.Id.Generation ?? 0 });
        if (changed == 0) return null;
        return connection.QuerySingle<DocumentRow>(
            $"{DocumentRow.Select} WHERE d.row = @Document", new { entry.Document }).ToDocument().Key;
    }

    private sealed class EntryRow
    {
        public long Row { get; init; }

        public OutboxKind Kind { get; init; }

        public string? Tenant { get; init; }

        public long Collection { get; init; }

        public long Generation { get; init; }

        public int Dimension { get; init; }

        public long Document { get; init; }

        public int DocumentVersion { get; init; }

        public byte[]? Chunks { get; init; }

        public OutboxEntry ToEntry()
        {
            var settings = Tenant is null ? null : new IndexSettings(new IndexId(Tenant, Collection, Generation), Dimension);
            return new OutboxEntry(Row, Kind, settings, Document, DocumentVersion, [.. MemoryMarshal.Cast<byte, long>(Chunks)]);
        }
    }
}
