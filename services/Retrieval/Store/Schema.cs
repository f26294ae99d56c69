using System.Globalization;

namespace Millrace.Retrieval.Store;

/// <summary>The tables. Each collection has a full-text table of its own: its word statistics are its own, and no query can reach
/// another.</summary>
internal static class Schema
{
    public const string Tables = """
        CREATE TABLE IF NOT EXISTS collections (
            row INTEGER PRIMARY KEY AUTOINCREMENT,
            tenant TEXT NOT NULL,
            name TEXT NOT NULL,
            embedding_model TEXT NOT NULL,
            chunk_tokens_max INTEGER NOT NULL,
            overlap_tokens INTEGER NOT NULL,
            created_at_ms INTEGER NOT NULL,
            UNIQUE (tenant, name));

        CREATE TABLE IF NOT EXISTS documents (
            row INTEGER PRIMARY KEY AUTOINCREMENT,
            collection INTEGER NOT NULL REFERENCES collections (row) ON DELETE CASCADE,
            document_id TEXT NOT NULL,
            title TEXT NOT NULL,
            media_type TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            version INTEGER NOT NULL,
            state INTEGER NOT NULL,
            error TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            retry_at_ms INTEGER NOT NULL,
            updated_at_ms INTEGER NOT NULL,
            metadata TEXT NOT NULL,
            size_bytes INTEGER NOT NULL,
            chunk_count INTEGER NOT NULL,
            UNIQUE (collection, document_id));
        CREATE INDEX IF NOT EXISTS documents_waiting ON documents (retry_at_ms, row) WHERE state IN (1, 2);

        CREATE TABLE IF NOT EXISTS contents (
            document INTEGER PRIMARY KEY REFERENCES documents (row) ON DELETE CASCADE,
            original BLOB NOT NULL,
            text TEXT);

        CREATE TABLE IF NOT EXISTS chunks (
            row INTEGER PRIMARY KEY AUTOINCREMENT,
            collection INTEGER NOT NULL REFERENCES collections (row) ON DELETE CASCADE,
            document INTEGER NOT NULL REFERENCES documents (row) ON DELETE CASCADE,
            document_version INTEGER NOT NULL,
            ordinal INTEGER NOT NULL,
            title TEXT NOT NULL,
            breadcrumb TEXT NOT NULL,
            text TEXT NOT NULL,
            start INTEGER NOT NULL,
            token_count INTEGER NOT NULL,
            vector BLOB NOT NULL);
        CREATE INDEX IF NOT EXISTS chunks_of_document ON chunks (document, ordinal);
        CREATE INDEX IF NOT EXISTS chunks_of_collection ON chunks (collection);
        """;

    /// <summary>Name of a collection's full-text table.</summary>
    public static string FullText(long collectionRow) => string.Create(CultureInfo.InvariantCulture, $"full_text_{collectionRow}");

    /// <summary>Creates a collection's full-text table.</summary>
    public static string CreateFullText(long collectionRow) =>
        $"CREATE VIRTUAL TABLE {FullText(collectionRow)} USING fts5(title, breadcrumb, body, tokenize='porter unicode61 "
        + "remove_diacritics 2')";
}
