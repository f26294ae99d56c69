using System.Text.Json;
using Millrace.Sessions.Conversations;

namespace Millrace.Sessions.Storage;

/// <summary>Conversations in a relational database. The tenant is part of every key, so that no query can forget it.</summary>
internal sealed class SqlConversationStore(IDatabase database) : IConversationStore
{
    private const string Select = """
        SELECT c.number, c.id, c.title, c.metadata, c.message_count, h.id AS head_id, c.created_ms, c.updated_ms
        FROM conversations c LEFT JOIN messages h ON h.conversation = c.number AND h.sequence = c.head
        WHERE c.tenant = @tenant
        """;

    public Task<CreateOutcome> TryCreateAsync(
        string tenant, Conversation conversation, int conversationsMax, CancellationToken cancellationToken) =>
        database.WriteAsync(session => CreateAsync(session, tenant, conversation, conversationsMax), cancellationToken);

    public Task<Conversation?> FindAsync(ConversationKey key, CancellationToken cancellationToken) => database.ReadAsync(
        async session =>
            (await session.FindAsync<ConversationRow>($"{Select} AND c.id = @id", new { tenant = key.Tenant, id = key.Id }))
                ?.ToConversation(session.Dialect),
        cancellationToken);

    public Task<IReadOnlyList<NumberedConversation>> ListAsync(
        string tenant, long? before, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<NumberedConversation>>(
            async session =>
            {
                var rows = await session.QueryAsync<ConversationRow>(
                    $"{Select} AND c.number < @before ORDER BY c.number DESC LIMIT @limit",
                    new { tenant, before = before ?? long.MaxValue, limit });
                return [.. rows.Select(row => new NumberedConversation(row.number, row.ToConversation(session.Dialect)))];
            },
            cancellationToken);

    public Task<bool> UpdateAsync(ConversationKey key, ConversationChange change, CancellationToken cancellationToken)
    {
        const string Update = """
            UPDATE conversations SET title = COALESCE(@title, title), metadata = COALESCE(@metadata, metadata)
            WHERE tenant = @tenant AND id = @id
            """;
        var metadata = change.Metadata is null ? null : JsonSerializer.Serialize(change.Metadata);
        return database.WriteAsync(
            async session =>
            {
                var title = change.Title is null ? null : session.Dialect.Encode(change.Title);
                return await session.ExecuteAsync(Update, new { tenant = key.Tenant, id = key.Id, title, metadata }) == 1;
            },
            cancellationToken);
    }

    public Task<bool> DeleteAsync(ConversationKey key, CancellationToken cancellationToken) => database.WriteAsync(
        async session => await session.ExecuteAsync(
            "DELETE FROM conversations WHERE tenant = @tenant AND id = @id", new { tenant = key.Tenant, id = key.Id }) == 1,
        cancellationToken);

    public Task<int> ExpireAsync(Expiry expiry, CancellationToken cancellationToken)
    {
        // The time is asked twice: a conversation that somebody appends to meanwhile stays.
        var whose = expiry.Tenant is null ? $"tenant {database.Dialect.NotIn("@except")}" : "tenant = @tenant";
        var delete = $"""
            DELETE FROM conversations WHERE updated_ms < @before AND number IN (
                SELECT number FROM conversations WHERE updated_ms < @before AND {whose} ORDER BY updated_ms LIMIT @limit)
            """;
        var before = expiry.Before.ToUnixTimeMilliseconds();
        var parameters = new { before, tenant = expiry.Tenant, except = expiry.Except.ToArray(), limit = expiry.Limit };
        return database.WriteAsync(session => session.ExecuteAsync(delete, parameters), cancellationToken);
    }

    private static async Task<CreateOutcome> CreateAsync(
        SqlSession session, string tenant, Conversation conversation, int conversationsMax)
    {
        const string Insert = """
            INSERT INTO conversations (tenant, id, title, metadata, message_count, created_ms, updated_ms)
            VALUES (@tenant, @id, @title, @metadata, 0, @now, @now) ON CONFLICT (tenant, id) DO NOTHING
            """;
        var row = new
        {
            tenant,
            id = conversation.Id,
            title = session.Dialect.Encode(conversation.Title),
            metadata = JsonSerializer.Serialize(conversation.Metadata),
            now = conversation.CreatedAt.ToUnixTimeMilliseconds(),
        };
        if (await session.NumberAsync("SELECT COUNT(*) FROM conversations WHERE tenant = @tenant", row) < conversationsMax)
            return await session.ExecuteAsync(Insert, row) == 1 ? CreateOutcome.Created : CreateOutcome.Exists;
        var there = await session.NumberAsync("SELECT COUNT(*) FROM conversations WHERE tenant = @tenant AND id = @id", row);
        return there > 0 ? CreateOutcome.Exists : CreateOutcome.Full;
    }
}
