using Dapper;
using Microsoft.Data.Sqlite;
using Millrace.Retrieval.Chunking;
using Millrace.ServiceDefaults.Hosting;

namespace Millrace.Retrieval.Store;

/// <summary>Brings a file to the tables of this version.</summary>
internal static class SchemaUpgrade
{
    /// <summary>Creates or upgrades the tables.</summary>
    /// <returns>Documents that wait anew because the tables were older; null when they were not.</returns>
    /// <exception cref="StartupException">The file is of a newer version.</exception>
    public static int? Apply(SqliteConnection connection)
    {
        var version = connection.ExecuteScalar<int>("PRAGMA user_version");
        if (version == Schema.Version) return null;
        if (version > Schema.Version)
            throw new StartupException(
                $"The database '{connection.DataSource}' is of version {version}, and this program knows {Schema.Version}. Start the "
                + "newer program, or restore a backup that this one wrote.");
        if (version == 2) return FromSecondVersion(connection);
        if (version == 3) return FromThirdVersion(connection);
        return HasTable(connection, "documents") ? FromFirstVersion(connection) : Create(connection);
    }

    private static int? Create(SqliteConnection connection)
    {
        connection.Execute($"BEGIN IMMEDIATE; {Schema.Tables} PRAGMA user_version={Schema.Version}; COMMIT");
        return null;
    }

    // Of a version that is found, and whose bytes were replaced by a newer one's, the text is what is left.
    private static int? FromSecondVersion(SqliteConnection connection)
    {
        connection.Execute(
            $"""
            BEGIN IMMEDIATE; {Schema.FoundContents} {Schema.CollectionSayings}
            INSERT INTO found_contents (document, version, media_type, original)
            SELECT t.document, t.version, 'text/plain', CAST(t.text AS BLOB)
            FROM collections c JOIN editions e ON e.generation = c.active AND e.live = 1
                JOIN documents d ON d.row = e.document AND d.version <> e.document_version
                JOIN texts t ON t.document = e.document AND t.version = e.document_version;
            PRAGMA user_version={Schema.Version}; COMMIT
            """);
        return null;
    }

    private static int? FromThirdVersion(SqliteConnection connection)
    {
        connection.Execute($"BEGIN IMMEDIATE; {Schema.CollectionSayings} PRAGMA user_version={Schema.Version}; COMMIT");
        return null;
    }

    // What was derived is dropped; collections, documents and their bytes stay. References and names are left alone while tables move.
    private static int FromFirstVersion(SqliteConnection connection)
    {
        connection.Execute("PRAGMA foreign_keys=OFF; PRAGMA legacy_alter_table=ON; BEGIN IMMEDIATE");
        foreach (var table in connection.Query<string>("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE full_text_%'"))
            connection.Execute($"DROP TABLE {table}");
        connection.Execute(MoveAside + Schema.Tables);
        CopyCollections(connection);
        connection.Execute(CopyDocuments + DropOld);
        var count = connection.ExecuteScalar<int>("SELECT count(*) FROM documents");
        connection.Execute($"PRAGMA user_version={Schema.Version}; COMMIT; PRAGMA legacy_alter_table=OFF; PRAGMA foreign_keys=ON");
        return count;
    }

    private static void CopyCollections(SqliteConnection connection)
    {
        var old = connection.Query<(long Row, string Model, int TokensMax, int Overlap)>(
            "SELECT row, embedding_model, chunk_tokens_max, overlap_tokens FROM old_collections").ToList();
        foreach (var (row, embeddingModel, tokensMax, overlap) in old)
        {
            var chunking = StoreJson.Of(new ChunkingSettings(tokensMax, overlap));
            connection.Execute(
                """
                INSERT INTO generations (collection, embedding_model, dimension_wanted, chunking, state)
                VALUES (@row, @embeddingModel, 0, @chunking, 2);
                INSERT INTO collections (row, tenant, name, description, active, created_at_ms)
                SELECT row, tenant, name, '', last_insert_rowid(), created_at_ms FROM old_collections WHERE row = @row;
                """,
                new { row, embeddingModel, chunking });
        }
    }

    private static bool HasTable(SqliteConnection connection, string name) =>
        connection.ExecuteScalar<long>("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = @name", new { name }) == 1;

    private const string MoveAside = """
        DROP TABLE chunks;
        DROP INDEX IF EXISTS documents_waiting;
        ALTER TABLE collections RENAME TO old_collections;
        ALTER TABLE documents RENAME TO old_documents;
        ALTER TABLE contents RENAME TO old_contents;

        """;

    private const string CopyDocuments = """
        INSERT INTO documents (row, collection, tenant, document_id, title, media_type, sha256, version, state, updated_at_ms, metadata,
            labels, size_bytes)
        SELECT d.row, d.collection, c.tenant, d.document_id, d.title, d.media_type, d.sha256, d.version, 1, d.updated_at_ms, d.metadata,
            '[]', d.size_bytes
        FROM old_documents d JOIN collections c ON c.row = d.collection;
        INSERT INTO contents (document, original) SELECT document, original FROM old_contents;

        """;

    private const string DropOld = "DROP TABLE old_contents; DROP TABLE old_documents; DROP TABLE old_collections;";
}
