namespace Millrace.Sessions.Batches;

/// <summary>The tables of batches. A step that was released is never changed.</summary>
internal static class BatchTables
{
    /// <summary>For SQLite. A result stays a row until the files are written.</summary>
    public const string Sqlite = """
        CREATE TABLE batches (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            tenant TEXT NOT NULL,
            id TEXT NOT NULL,
            holder TEXT NOT NULL,
            endpoint TEXT NOT NULL,
            input_file TEXT NOT NULL,
            window_hours INTEGER NOT NULL,
            metadata TEXT NOT NULL,
            state INTEGER NOT NULL,
            errors TEXT NOT NULL,
            output_file TEXT NOT NULL,
            error_file TEXT NOT NULL,
            total INTEGER NOT NULL,
            completed INTEGER NOT NULL,
            failed INTEGER NOT NULL,
            created_ms INTEGER NOT NULL,
            expires_ms INTEGER NOT NULL,
            reached TEXT NOT NULL,
            lease TEXT NOT NULL,
            lease_until_ms INTEGER NOT NULL,
            touched_ms INTEGER NOT NULL,
            UNIQUE (tenant, id));
        CREATE INDEX batches_by_lease ON batches (lease);
        CREATE INDEX batches_by_touch ON batches (state, touched_ms);
        CREATE TABLE batch_results (
            batch INTEGER NOT NULL REFERENCES batches (number) ON DELETE CASCADE,
            line INTEGER NOT NULL,
            is_failure INTEGER NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (batch, line)) WITHOUT ROWID;
        """;

    /// <summary>The same for PostgreSQL.</summary>
    public const string Postgres = """
        CREATE TABLE batches (
            number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            tenant TEXT NOT NULL,
            id TEXT NOT NULL,
            holder TEXT NOT NULL,
            endpoint TEXT NOT NULL,
            input_file TEXT NOT NULL,
            window_hours BIGINT NOT NULL,
            metadata TEXT NOT NULL,
            state BIGINT NOT NULL,
            errors TEXT NOT NULL,
            output_file TEXT NOT NULL,
            error_file TEXT NOT NULL,
            total BIGINT NOT NULL,
            completed BIGINT NOT NULL,
            failed BIGINT NOT NULL,
            created_ms BIGINT NOT NULL,
            expires_ms BIGINT NOT NULL,
            reached TEXT NOT NULL,
            lease TEXT NOT NULL,
            lease_until_ms BIGINT NOT NULL,
            touched_ms BIGINT NOT NULL,
            UNIQUE (tenant, id));
        CREATE INDEX batches_by_lease ON batches (lease);
        CREATE INDEX batches_by_touch ON batches (state, touched_ms);
        CREATE TABLE batch_results (
            batch BIGINT NOT NULL REFERENCES batches (number) ON DELETE CASCADE,
            line BIGINT NOT NULL,
            is_failure BIGINT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (batch, line));
        """;
}
