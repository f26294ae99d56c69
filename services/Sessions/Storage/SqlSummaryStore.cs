using System.Text.Json;
using Millrace.Sessions.Conversations;
using Millrace.Sessions.Summaries;

namespace Millrace.Sessions.Storage;

/// <summary>Summaries in a relational database.</summary>
internal sealed class SqlSummaryStore(IDatabase database, TimeProvider time) : ISummaryStore
{
    private const string Select = """
        SELECT s.sequence, m.id AS message_id, s.content, s.model, s.facts, s.updated_ms
        FROM conversations c JOIN summaries s ON s.conversation = c.number
            JOIN messages m ON m.conversation = s.conversation AND m.sequence = s.sequence
        WHERE c.tenant = @tenant AND c.id = @id ORDER BY s.sequence
        """;

    private const string Upsert = """
        INSERT INTO summaries (conversation, sequence, content, model, facts, updated_ms)
        VALUES (@number, @sequence, @content, @model, @facts, @now)
        ON CONFLICT (conversation, sequence) DO UPDATE
        SET content = excluded.content, model = excluded.model, facts = excluded.facts, updated_ms = excluded.updated_ms
        """;

    private const string Trim = """
        DELETE FROM summaries WHERE conversation = @number AND sequence NOT IN (
            SELECT sequence FROM summaries WHERE conversation = @number ORDER BY updated_ms DESC, sequence DESC LIMIT @keep)
        """;

    public Task<IReadOnlyList<StoredSummary>> ListAsync(ConversationKey key, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<StoredSummary>>(
            async session =>
            {
                var rows = await session.QueryAsync<SummaryRow>(Select, new { tenant = key.Tenant, id = key.Id });
                return [.. rows.Select(row => ToSummary(row, session.Dialect))];
            },
            cancellationToken);

    public Task<StoredSummary?> PutAsync(ConversationKey key, StoredSummary summary, int keep, CancellationToken cancellationToken) =>
        database.WriteAsync(session => PutAsync(session, key, summary, keep), cancellationToken);

    private static StoredSummary ToSummary(SummaryRow row, SqlDialect dialect) => new(
        row.sequence,
        row.message_id,
        dialect.Decode(row.content),
        dialect.Decode(row.model),
        JsonSerializer.Deserialize<List<Fact>>(dialect.Decode(row.facts)) ?? [],
        DateTimeOffset.FromUnixTimeMilliseconds(row.updated_ms));

    private async Task<StoredSummary?> PutAsync(SqlSession session, ConversationKey key, StoredSummary summary, int keep)
    {
        if (await SqlRemoval.HoldAsync(session, key) is not { } held) return null;
        var through = await session.FindAsync<PlaceRow>(
            "SELECT sequence, id, depth, parent FROM messages WHERE conversation = @number AND id = @messageId",
            new { held.number, messageId = summary.MessageId });
        if (through is null) return null;

        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        await session.ExecuteAsync(Upsert, new
        {
            held.number,
            through.sequence,
            content = session.Dialect.Encode(summary.Text),
            model = session.Dialect.Encode(summary.Model),
            facts = session.Dialect.Encode(JsonSerializer.Serialize(summary.Facts)),
            now = now.ToUnixTimeMilliseconds(),
        });
        await session.ExecuteAsync(Trim, new { held.number, keep });
        return summary with { Sequence = through.sequence, UpdatedAt = now };
    }
}
