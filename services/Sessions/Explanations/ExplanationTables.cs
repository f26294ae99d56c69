namespace Millrace.Sessions.Explanations;

/// <summary>The table of explanations. A step that was released is never changed.</summary>
internal static class ExplanationTables
{
    /// <summary>For SQLite. Numbers rise, so that the lowest is the oldest.</summary>
    public const string Sqlite = """
        CREATE TABLE explanations (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            tenant TEXT NOT NULL,
            request_id TEXT NOT NULL,
            json BLOB NOT NULL,
            created_ms INTEGER NOT NULL,
            UNIQUE (tenant, request_id));
        """;

    /// <summary>The same for PostgreSQL.</summary>
    public const string Postgres = """
        CREATE TABLE explanations (
            number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            tenant TEXT NOT NULL,
            request_id TEXT NOT NULL,
            json BYTEA NOT NULL,
            created_ms BIGINT NOT NULL,
            UNIQUE (tenant, request_id));
        """;
}
