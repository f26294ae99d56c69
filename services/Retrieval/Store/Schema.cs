namespace Millrace.Retrieval.Store;

/// <summary>
/// The tables: the truth about collections, documents and chunks. What finds chunks is derived from them, and the outbox holds what it has
/// not been told yet.
/// </summary>
internal static class Schema
{
    /// <summary>Version of the tables, kept in the file.</summary>
    public const int Version = 4;

    /// <summary>Creates the tables.</summary>
    public const string Tables = Collections + Documents + FoundContents + Chunks + Work;

    // A deleted collection loses its name at once and its rows bit by bit.
    private const string Collections = """
        CREATE TABLE collections (
            row INTEGER PRIMARY KEY AUTOINCREMENT,
            tenant TEXT NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            active INTEGER,
            building INTEGER,
            document_count INTEGER NOT NULL DEFAULT 0,
            created_at_ms INTEGER NOT NULL,
            deleted INTEGER NOT NULL DEFAULT 0,
            title TEXT NOT NULL DEFAULT '',
            metadata TEXT NOT NULL DEFAULT '',
            UNIQUE (tenant, name));

        CREATE TABLE generations (
            row INTEGER PRIMARY KEY AUTOINCREMENT,
            collection INTEGER NOT NULL REFERENCES collections (row) ON DELETE CASCADE,
            embedding_model TEXT NOT NULL,
            dimension_wanted INTEGER NOT NULL,
            dimension INTEGER NOT NULL DEFAULT 0,
            chunking TEXT NOT NULL,
            state INTEGER NOT NULL,
            error TEXT NOT NULL DEFAULT '',
            chunk_count INTEGER NOT NULL DEFAULT 0,
            retired_at_ms INTEGER NOT NULL DEFAULT 0);
        CREATE INDEX generations_of_collection ON generations (collection);

        CREATE TABLE jobs (
            row INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            collection INTEGER NOT NULL REFERENCES collections (row) ON DELETE CASCADE,
            created_at_ms INTEGER NOT NULL,
            cancelled INTEGER NOT NULL DEFAULT 0);
        CREATE INDEX jobs_of_collection ON jobs (collection, row);

        """;

    /// <summary>What people and applications say of a collection, which the third version did not know.</summary>
    public const string CollectionSayings = """
        ALTER TABLE collections ADD COLUMN title TEXT NOT NULL DEFAULT '';
        ALTER TABLE collections ADD COLUMN metadata TEXT NOT NULL DEFAULT '';

        """;

    private const string Documents = """
        CREATE TABLE documents (
            row INTEGER PRIMARY KEY AUTOINCREMENT,
            collection INTEGER NOT NULL REFERENCES collections (row) ON DELETE CASCADE,
            tenant TEXT NOT NULL,
            document_id TEXT NOT NULL,
            title TEXT NOT NULL,
            media_type TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            version INTEGER NOT NULL,
            indexed_version INTEGER NOT NULL DEFAULT 0,
            state INTEGER NOT NULL,
            error TEXT NOT NULL DEFAULT '',
            attempts INTEGER NOT NULL DEFAULT 0,
            retry_at_ms INTEGER NOT NULL DEFAULT 0,
            updated_at_ms INTEGER NOT NULL,
            metadata TEXT NOT NULL,
            labels TEXT NOT NULL,
            size_bytes INTEGER NOT NULL,
            chunk_count INTEGER NOT NULL DEFAULT 0,
            job INTEGER REFERENCES jobs (row) ON DELETE SET NULL,
            UNIQUE (collection, document_id));
        CREATE INDEX documents_waiting ON documents (tenant, retry_at_ms, row) WHERE state = 1;
        CREATE INDEX documents_processing ON documents (tenant) WHERE state = 2;
        CREATE INDEX documents_of_job ON documents (job, state) WHERE job IS NOT NULL;

        CREATE TRIGGER document_added AFTER INSERT ON documents BEGIN
            UPDATE collections SET document_count = document_count + 1 WHERE row = new.collection;
        END;
        CREATE TRIGGER document_removed AFTER DELETE ON documents BEGIN
            UPDATE collections SET document_count = document_count - 1 WHERE row = old.collection;
        END;

        CREATE TABLE contents (
            document INTEGER PRIMARY KEY REFERENCES documents (row) ON DELETE CASCADE,
            original BLOB NOT NULL);

        CREATE TABLE texts (
            document INTEGER NOT NULL REFERENCES documents (row) ON DELETE CASCADE,
            version INTEGER NOT NULL,
            title TEXT NOT NULL,
            text TEXT NOT NULL,
            PRIMARY KEY (document, version)) WITHOUT ROWID;

        """;

    /// <summary>The bytes of the version that is found, while a newer one is not: a new generation is built from them.</summary>
    public const string FoundContents = """
        CREATE TABLE found_contents (
            document INTEGER PRIMARY KEY REFERENCES documents (row) ON DELETE CASCADE,
            version INTEGER NOT NULL,
            media_type TEXT NOT NULL,
            original BLOB NOT NULL);

        """;

    // An edition is one document in one generation. It is written bit by bit, unseen, and becomes live in one step.
    private const string Chunks = """
        CREATE TABLE editions (
            row INTEGER PRIMARY KEY AUTOINCREMENT,
            generation INTEGER NOT NULL REFERENCES generations (row) ON DELETE CASCADE,
            document INTEGER NOT NULL REFERENCES documents (row) ON DELETE CASCADE,
            document_version INTEGER NOT NULL,
            live INTEGER NOT NULL DEFAULT 0,
            chunk_count INTEGER NOT NULL DEFAULT 0);
        CREATE UNIQUE INDEX editions_live ON editions (generation, document) WHERE live = 1;
        CREATE INDEX editions_of_document ON editions (document);
        CREATE INDEX editions_staged ON editions (row) WHERE live = 0;

        CREATE TRIGGER edition_published AFTER UPDATE OF live ON editions WHEN new.live = 1 BEGIN
            UPDATE generations SET chunk_count = chunk_count + new.chunk_count WHERE row = new.generation;
        END;
        CREATE TRIGGER edition_removed AFTER DELETE ON editions WHEN old.live = 1 BEGIN
            UPDATE generations SET chunk_count = chunk_count - old.chunk_count WHERE row = old.generation;
        END;

        CREATE TABLE chunks (
            row INTEGER PRIMARY KEY AUTOINCREMENT,
            edition INTEGER NOT NULL REFERENCES editions (row) ON DELETE CASCADE,
            ordinal INTEGER NOT NULL,
            title TEXT NOT NULL,
            breadcrumb TEXT NOT NULL,
            text TEXT NOT NULL,
            ranked_start INTEGER NOT NULL,
            ranked_length INTEGER NOT NULL,
            start INTEGER NOT NULL,
            token_count INTEGER NOT NULL,
            vector BLOB NOT NULL);
        CREATE INDEX chunks_of_edition ON chunks (edition, ordinal);

        """;

    // What the index has to be told. It has no references: it outlives what it is about.
    private const string Work = """
        CREATE TABLE outbox (
            row INTEGER PRIMARY KEY AUTOINCREMENT,
            kind INTEGER NOT NULL,
            generation INTEGER NOT NULL,
            document INTEGER NOT NULL,
            document_version INTEGER NOT NULL,
            chunks BLOB);
        CREATE INDEX outbox_of_document ON outbox (document);
        CREATE INDEX outbox_of_generation ON outbox (generation);

        """;
}
