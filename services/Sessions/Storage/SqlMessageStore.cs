using Millrace.Sessions.Conversations;
using Millrace.Sessions.Messages;

namespace Millrace.Sessions.Storage;

/// <summary>Reads messages from a relational database, and changes what is said of them; <see cref="SqlAppend"/> writes them.</summary>
internal sealed class SqlMessageStore(IDatabase database, TimeProvider time) : IMessageStore
{
    private const string Select = """
        SELECT m.sequence, m.id, p.id AS parent_id, m.role, m.content, m.token_count, m.token_model, m.model,
            m.annotations, m.created_ms, m.tool_calls, m.tool_call_id, m.name
        FROM conversations c JOIN messages m ON m.conversation = c.number
            LEFT JOIN messages p ON p.conversation = m.conversation AND p.sequence = m.parent
        """;

    private const string Mine = " WHERE c.tenant = @tenant AND c.id = @id";

    /// <summary>The way from a head back to the beginning. A parent's sequence is smaller, so the way ends.</summary>
    private const string Path = """
        WITH RECURSIVE path (conversation, sequence, parent, steps) AS (
            SELECT m.conversation, m.sequence, m.parent, 1
            FROM conversations c JOIN messages m ON m.conversation = c.number
            WHERE c.tenant = @tenant AND c.id = @id AND m.sequence = CASE WHEN @head = 0 THEN c.head ELSE @head END
            UNION ALL
            SELECT m.conversation, m.sequence, m.parent, path.steps + 1
            FROM path JOIN messages m ON m.conversation = path.conversation AND m.sequence = path.parent
            WHERE path.steps < @steps AND m.sequence > @floor)

        """;

    public Task<IReadOnlyList<StoredMessage>?> AppendAsync(
        ConversationKey key, Addition addition, CancellationToken cancellationToken) =>
        database.WriteAsync(session => new SqlAppend(session, time).RunAsync(key, addition), cancellationToken);

    public async Task<StoredMessage?> FindAsync(ConversationKey key, string messageId, CancellationToken cancellationToken) =>
        (await QueryAsync($"{Select}{Mine} AND m.id = @messageId", new { tenant = key.Tenant, id = key.Id, messageId }, cancellationToken))
            .SingleOrDefault();

    public Task<bool> DeleteAsync(ConversationKey key, string messageId, CancellationToken cancellationToken) =>
        database.WriteAsync(session => SqlRemoval.RunAsync(session, key, messageId), cancellationToken);

    public Task<IReadOnlyList<StoredMessage>> PageAsync(ConversationKey key, MessagePage page, CancellationToken cancellationToken)
    {
        var bound = page.Descending ? "m.sequence < @after ORDER BY m.sequence DESC" : "m.sequence > @after ORDER BY m.sequence";
        return QueryAsync(
            $"{Path}{Select} JOIN path ON path.conversation = m.conversation AND path.sequence = m.sequence{Mine} AND {bound} LIMIT @limit",
            new
            {
                tenant = key.Tenant,
                id = key.Id,
                head = page.HeadSequence,
                steps = long.MaxValue,
                floor = page.Descending ? 0L : page.AfterSequence ?? 0L,
                after = page.AfterSequence ?? (page.Descending ? long.MaxValue : 0L),
                limit = page.Limit,
            },
            cancellationToken);
    }

    public Task<IReadOnlyList<StoredMessage>> AllAsync(
        ConversationKey key, long afterSequence, int limit, CancellationToken cancellationToken) => QueryAsync(
        $"{Select}{Mine} AND m.sequence > @afterSequence ORDER BY m.sequence LIMIT @limit",
        new { tenant = key.Tenant, id = key.Id, afterSequence, limit },
        cancellationToken);

    public Task<IReadOnlyList<PathMessage>> PathAsync(
        ConversationKey key, long headSequence, string model, int limit, CancellationToken cancellationToken) =>
        WalkAsync(key, (headSequence, limit), model, "ORDER BY m.sequence DESC", cancellationToken);

    public async Task<PathMessage?> FirstSystemAsync(
        ConversationKey key, long headSequence, string model, CancellationToken cancellationToken)
    {
        const string First = "WHERE m.role = 1 ORDER BY m.sequence LIMIT 1";
        return (await WalkAsync(key, (headSequence, int.MaxValue), model, First, cancellationToken)).SingleOrDefault();
    }

    public Task<IReadOnlyList<StoredMessage>> ReadAsync(
        ConversationKey key, IReadOnlyCollection<long> sequences, CancellationToken cancellationToken) => sequences.Count == 0
        ? Task.FromResult<IReadOnlyList<StoredMessage>>([])
        : QueryAsync(
            $"{Select}{Mine} AND m.sequence {database.Dialect.In("@sequences")} ORDER BY m.sequence",
            new { tenant = key.Tenant, id = key.Id, sequences = sequences.ToArray() },
            cancellationToken);

    public Task<IReadOnlyList<StoredMessage>> SiblingsAsync(
        ConversationKey key, string messageId, int limit, CancellationToken cancellationToken) => QueryAsync(
        $"""
        {Select}{Mine}
        AND m.parent = (SELECT s.parent FROM messages s WHERE s.conversation = c.number AND s.id = @messageId)
        ORDER BY m.sequence LIMIT @limit
        """,
        new { tenant = key.Tenant, id = key.Id, messageId, limit },
        cancellationToken);

    public Task<IReadOnlyList<Branch>> BranchesAsync(ConversationKey key, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<Branch>>(
            async session =>
            {
                const string Ends = """
                    SELECT m.id, m.sequence, m.depth, m.created_ms, c.head
                    FROM conversations c JOIN messages m ON m.conversation = c.number
                    WHERE c.tenant = @tenant AND c.id = @id AND NOT EXISTS (
                        SELECT 1 FROM messages n WHERE n.conversation = m.conversation AND n.parent = m.sequence)
                    ORDER BY m.sequence DESC LIMIT @limit
                    """;
                var mine = new { tenant = key.Tenant, id = key.Id, limit };
                var ends = await session.QueryAsync<BranchRow>(Ends, mine);
                var current = await CurrentAsync(session, key, ends);
                return
                [
                    .. ends.Select(end => new Branch(
                        end.id, (int)end.depth, end.sequence == current, DateTimeOffset.FromUnixTimeMilliseconds(end.created_ms))),
                ];
            },
            cancellationToken);

    public Task<bool> SetHeadAsync(ConversationKey key, string messageId, CancellationToken cancellationToken)
    {
        const string Update = """
            UPDATE conversations SET head = (SELECT m.sequence FROM messages m WHERE m.conversation = number AND m.id = @messageId)
            WHERE tenant = @tenant AND id = @id
                AND EXISTS (SELECT 1 FROM messages m WHERE m.conversation = number AND m.id = @messageId)
            """;
        return database.WriteAsync(
            async session => await session.ExecuteAsync(Update, new { tenant = key.Tenant, id = key.Id, messageId }) == 1,
            cancellationToken);
    }

    public Task PutCountsAsync(
        ConversationKey key, string model, IReadOnlyList<KeyValuePair<string, int>> counts, CancellationToken cancellationToken)
    {
        const string Insert = """
            INSERT INTO token_counts (conversation, sequence, model, tokens)
            SELECT m.conversation, m.sequence, @model, @tokens FROM conversations c JOIN messages m ON m.conversation = c.number
            WHERE c.tenant = @tenant AND c.id = @id AND m.id = @messageId
            ON CONFLICT (conversation, sequence, model) DO UPDATE SET tokens = excluded.tokens
            """;
        return database.WriteAsync(
            async session =>
            {
                // One order for all writers, so that none waits for another that waits for it.
                foreach (var (messageId, tokens) in counts.OrderBy(count => count.Key, StringComparer.Ordinal))
                    await session.ExecuteAsync(
                        Insert,
                        new { tenant = key.Tenant, id = key.Id, model = session.Dialect.Encode(model), messageId, tokens = (long)tokens });
                return counts.Count;
            },
            cancellationToken);
    }

    // The end that the head leads to: the head itself, or the newest end behind it.
    private static async Task<long> CurrentAsync(SqlSession session, ConversationKey key, List<BranchRow> ends)
    {
        if (ends.Count == 0) return 0;
        var head = ends[0].head;
        foreach (var end in ends.Where(end => end.sequence >= head))
        {
            const string OnTheWay = "SELECT COUNT(*) FROM path WHERE path.sequence = @wanted";
            var way = new
            {
                tenant = key.Tenant, id = key.Id, head = end.sequence, steps = long.MaxValue, floor = head - 1, wanted = head,
            };
            if (await session.NumberAsync(Path + OnTheWay, way) > 0) return end.sequence;
        }

        return 0;
    }

    private Task<IReadOnlyList<StoredMessage>> QueryAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<StoredMessage>>(
            async session =>
            {
                var rows = await session.QueryAsync<MessageRow>(sql, parameters);
                return [.. rows.Select(row => row.ToMessage(session.Dialect))];
            },
            cancellationToken);

    private Task<IReadOnlyList<PathMessage>> WalkAsync(
        ConversationKey key, (long Head, int Limit) way, string model, string order, CancellationToken cancellationToken)
    {
        const string Steps = """
            SELECT m.sequence, m.id, m.role, m.bytes, m.depth, m.token_count, m.token_model, t.tokens AS counted
            FROM path JOIN messages m ON m.conversation = path.conversation AND m.sequence = path.sequence
                LEFT JOIN token_counts t ON t.conversation = m.conversation AND t.sequence = m.sequence AND t.model = @model

            """;
        return database.ReadAsync<IReadOnlyList<PathMessage>>(
            async session =>
            {
                var encoded = session.Dialect.Encode(model);
                var rows = await session.QueryAsync<PathRow>(
                    Path + Steps + order,
                    new { tenant = key.Tenant, id = key.Id, head = way.Head, model = encoded, steps = (long)way.Limit, floor = 0L });
                return [.. rows.Select(row => row.ToPathMessage(encoded))];
            },
            cancellationToken);
    }
}
