using Millrace.Sessions.Batches;
using Millrace.Sessions.Explanations;
using Millrace.Sessions.Files;

namespace Millrace.Sessions.Storage;

/// <summary>The tables in PostgreSQL and how they came about. A step that was released is never changed.</summary>
internal static class PostgresSchema
{
    /// <summary>Where the version is kept.</summary>
    public const string Versions = """
        CREATE TABLE IF NOT EXISTS sessions_schema (
            only_row BIGINT PRIMARY KEY CHECK (only_row = 1),
            version BIGINT NOT NULL);
        INSERT INTO sessions_schema (only_row, version) VALUES (1, 0) ON CONFLICT (only_row) DO NOTHING;
        """;

    private const string First = """
        CREATE TABLE conversations (
            number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            tenant TEXT NOT NULL,
            id TEXT NOT NULL,
            title TEXT NOT NULL,
            metadata TEXT NOT NULL,
            message_count BIGINT NOT NULL,
            created_ms BIGINT NOT NULL,
            updated_ms BIGINT NOT NULL,
            head BIGINT NOT NULL DEFAULT 0,
            last_sequence BIGINT NOT NULL DEFAULT 0,
            UNIQUE (tenant, id));
        CREATE INDEX conversations_by_update ON conversations (updated_ms);
        CREATE TABLE messages (
            conversation BIGINT NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
            sequence BIGINT NOT NULL,
            id TEXT NOT NULL,
            role BIGINT NOT NULL,
            content TEXT NOT NULL,
            bytes BIGINT NOT NULL,
            token_count BIGINT NOT NULL,
            token_model TEXT NOT NULL,
            model TEXT NOT NULL,
            annotations TEXT NOT NULL,
            created_ms BIGINT NOT NULL,
            parent BIGINT NOT NULL,
            depth BIGINT NOT NULL,
            PRIMARY KEY (conversation, sequence),
            UNIQUE (conversation, id));
        CREATE INDEX messages_by_parent ON messages (conversation, parent);
        CREATE TABLE token_counts (
            conversation BIGINT NOT NULL,
            sequence BIGINT NOT NULL,
            model TEXT NOT NULL,
            tokens BIGINT NOT NULL,
            PRIMARY KEY (conversation, sequence, model),
            FOREIGN KEY (conversation, sequence) REFERENCES messages (conversation, sequence) ON DELETE CASCADE);
        CREATE TABLE summaries (
            conversation BIGINT NOT NULL,
            sequence BIGINT NOT NULL,
            content TEXT NOT NULL,
            model TEXT NOT NULL,
            facts TEXT NOT NULL,
            updated_ms BIGINT NOT NULL,
            PRIMARY KEY (conversation, sequence),
            FOREIGN KEY (conversation, sequence) REFERENCES messages (conversation, sequence) ON DELETE CASCADE);
        """;

    /// <summary>Tool calls, their results, and names of authors.</summary>
    private const string Tools = """
        ALTER TABLE messages ADD COLUMN tool_calls TEXT NOT NULL DEFAULT '';
        ALTER TABLE messages ADD COLUMN tool_call_id TEXT NOT NULL DEFAULT '';
        ALTER TABLE messages ADD COLUMN name TEXT NOT NULL DEFAULT '';
        """;

    /// <summary>Answers whose life is not that of one connection.</summary>
    private const string Runs = """
        CREATE TABLE runs (
            number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            tenant TEXT NOT NULL,
            id TEXT NOT NULL,
            request_hash BYTEA NOT NULL,
            owner TEXT NOT NULL,
            state BIGINT NOT NULL,
            fence BIGINT NOT NULL,
            lease_ms BIGINT NOT NULL,
            cancel_requested BIGINT NOT NULL,
            is_void BIGINT NOT NULL,
            result BYTEA NOT NULL,
            last_sequence BIGINT NOT NULL,
            bytes BIGINT NOT NULL,
            created_ms BIGINT NOT NULL,
            expires_ms BIGINT NOT NULL,
            UNIQUE (tenant, id));
        CREATE INDEX runs_by_expiry ON runs (expires_ms);
        CREATE TABLE run_frames (
            run BIGINT NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
            sequence BIGINT NOT NULL,
            kind BIGINT NOT NULL,
            payload BYTEA NOT NULL,
            PRIMARY KEY (run, sequence));
        """;

    /// <summary>Runs that go on alone, and how often each was taken over.</summary>
    private const string RunsAlone = """
        ALTER TABLE runs ADD COLUMN goes_on_alone BIGINT NOT NULL DEFAULT 0;
        ALTER TABLE runs ADD COLUMN takeovers BIGINT NOT NULL DEFAULT 0;
        CREATE INDEX runs_by_lease ON runs (lease_ms) WHERE state = 1 AND goes_on_alone = 1;
        """;

    private static readonly string[] Steps =
        [First, Tools, FileTables.Postgres, BatchTables.Postgres, Runs, RunsAlone, ExplanationTables.Postgres];

    /// <summary>The version that the last step makes.</summary>
    public static int Version => Steps.Length;

    /// <summary>What a database of a version lacks.</summary>
    public static IEnumerable<string> StepsAfter(int version) => Steps.Skip(version);
}
