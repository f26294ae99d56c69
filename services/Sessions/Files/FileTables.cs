namespace Millrace.Sessions.Files;

/// <summary>The tables of files. A step that was released is never changed.</summary>
internal static class FileTables
{
    /// <summary>For SQLite. A file that is not whole is an upload that goes on, or one that broke off.</summary>
    public const string Sqlite = """
        CREATE TABLE files (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            tenant TEXT NOT NULL,
            id TEXT NOT NULL,
            name TEXT NOT NULL,
            purpose TEXT NOT NULL,
            media_type TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            holder TEXT NOT NULL,
            created_ms INTEGER NOT NULL,
            expires_ms INTEGER NOT NULL,
            is_whole INTEGER NOT NULL,
            UNIQUE (tenant, id));
        CREATE INDEX files_by_expiry ON files (is_whole, expires_ms);
        CREATE TABLE file_pieces (
            file INTEGER NOT NULL REFERENCES files (number) ON DELETE CASCADE,
            ordinal INTEGER NOT NULL,
            content BLOB NOT NULL,
            PRIMARY KEY (file, ordinal)) WITHOUT ROWID;
        """;

    /// <summary>The same for PostgreSQL.</summary>
    public const string Postgres = """
        CREATE TABLE files (
            number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            tenant TEXT NOT NULL,
            id TEXT NOT NULL,
            name TEXT NOT NULL,
            purpose TEXT NOT NULL,
            media_type TEXT NOT NULL,
            bytes BIGINT NOT NULL,
            holder TEXT NOT NULL,
            created_ms BIGINT NOT NULL,
            expires_ms BIGINT NOT NULL,
            is_whole BIGINT NOT NULL,
            UNIQUE (tenant, id));
        CREATE INDEX files_by_expiry ON files (is_whole, expires_ms);
        CREATE TABLE file_pieces (
            file BIGINT NOT NULL REFERENCES files (number) ON DELETE CASCADE,
            ordinal BIGINT NOT NULL,
            content BYTEA NOT NULL,
            PRIMARY KEY (file, ordinal));
        """;
}
