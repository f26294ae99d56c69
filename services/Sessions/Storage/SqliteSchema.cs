using Millrace.Sessions.Batches;
using Millrace.Sessions.Explanations;
using Millrace.Sessions.Files;

namespace Millrace.Sessions.Storage;

/// <summary>The tables in SQLite and how they came about. A step that was released is never changed.</summary>
internal static class SqliteSchema
{
    /// <summary>Made whatever is missing of the first version, whose files carry no number.</summary>
    private const string First = """
        CREATE TABLE IF NOT EXISTS conversations (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            tenant TEXT NOT NULL,
            id TEXT NOT NULL,
            title TEXT NOT NULL,
            metadata TEXT NOT NULL,
            message_count INTEGER NOT NULL,
            created_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL,
            UNIQUE (tenant, id));
        CREATE TABLE IF NOT EXISTS messages (
            conversation INTEGER NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
            sequence INTEGER NOT NULL,
            id TEXT NOT NULL,
            role INTEGER NOT NULL,
            content TEXT NOT NULL,
            token_count INTEGER NOT NULL,
            model TEXT NOT NULL,
            annotations TEXT NOT NULL,
            created_ms INTEGER NOT NULL,
            PRIMARY KEY (conversation, sequence),
            UNIQUE (conversation, id)) WITHOUT ROWID;
        """;

    /// <summary>Branches, counts by model, summaries. What was one line of messages is one branch.</summary>
    private const string Branches = """
        ALTER TABLE conversations ADD COLUMN head INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE conversations ADD COLUMN last_sequence INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE messages ADD COLUMN parent INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE messages ADD COLUMN depth INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE messages ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE messages ADD COLUMN token_model TEXT NOT NULL DEFAULT '';
        UPDATE messages SET parent = sequence - 1, depth = sequence, bytes = length(CAST(content AS BLOB));
        UPDATE conversations SET head = message_count, last_sequence = message_count;
        CREATE INDEX messages_by_parent ON messages (conversation, parent);
        CREATE INDEX conversations_by_update ON conversations (updated_ms);
        CREATE TABLE token_counts (
            conversation INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            model TEXT NOT NULL,
            tokens INTEGER NOT NULL,
            PRIMARY KEY (conversation, sequence, model),
            FOREIGN KEY (conversation, sequence) REFERENCES messages (conversation, sequence) ON DELETE CASCADE) WITHOUT ROWID;
        CREATE TABLE summaries (
            conversation INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            content TEXT NOT NULL,
            model TEXT NOT NULL,
            facts TEXT NOT NULL,
            updated_ms INTEGER NOT NULL,
            PRIMARY KEY (conversation, sequence),
            FOREIGN KEY (conversation, sequence) REFERENCES messages (conversation, sequence) ON DELETE CASCADE) WITHOUT ROWID;
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
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            tenant TEXT NOT NULL,
            id TEXT NOT NULL,
            request_hash BLOB NOT NULL,
            owner TEXT NOT NULL,
            state INTEGER NOT NULL,
            fence INTEGER NOT NULL,
            lease_ms INTEGER NOT NULL,
            cancel_requested INTEGER NOT NULL,
            is_void INTEGER NOT NULL,
            result BLOB NOT NULL,
            last_sequence INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            created_ms INTEGER NOT NULL,
            expires_ms INTEGER NOT NULL,
            UNIQUE (tenant, id));
        CREATE INDEX runs_by_expiry ON runs (expires_ms);
        CREATE TABLE run_frames (
            run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
            sequence INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            payload BLOB NOT NULL,
            PRIMARY KEY (run, sequence));
        """;

    /// <summary>Runs that go on alone, and how often each was taken over.</summary>
    private const string RunsAlone = """
        ALTER TABLE runs ADD COLUMN goes_on_alone INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE runs ADD COLUMN takeovers INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX runs_by_lease ON runs (lease_ms) WHERE state = 1 AND goes_on_alone = 1;
        """;

    private static readonly string[] Steps =
        [First, Branches, Tools, FileTables.Sqlite, BatchTables.Sqlite, Runs, RunsAlone, ExplanationTables.Sqlite];

    /// <summary>The version that the last step makes.</summary>
    public static int Version => Steps.Length;

    /// <summary>What a file of a version lacks; 0 for a new file and for one of the first version.</summary>
    public static IEnumerable<string> StepsAfter(int version) => Steps.Skip(version);
}
