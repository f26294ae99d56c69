using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;
using Millrace.Sessions.Conversations;

namespace Millrace.Sessions.Storage;

/// <summary>Conversations in SQLite. The tenant is part of every key, so that no query can forget it.</summary>
internal sealed class SqliteConversationStore(SqliteDatabase database, TimeProvider time) : IConversationStore
{
    public const string Schema = """
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

    private const string SelectConversation =
        "SELECT number, id, title, metadata, message_count, created_ms, updated_ms FROM conversations WHERE tenant = @tenant ";

    private const string SelectMessage = """
        SELECT m.sequence, m.id, m.role, m.content, m.token_count, m.model, m.annotations, m.created_ms
        FROM messages m JOIN conversations c ON c.number = m.conversation
        WHERE c.tenant = @tenant AND c.id = @id
        """;

    public Task<bool> TryCreateAsync(string tenant, Conversation conversation, CancellationToken cancellationToken)
    {
        const string Insert = """
            INSERT INTO conversations (tenant, id, title, metadata, message_count, created_ms, updated_ms)
            VALUES (@tenant, @Id, @Title, @metadata, 0, @now, @now) ON CONFLICT (tenant, id) DO NOTHING
            """;
        var metadata = JsonSerializer.Serialize(conversation.Metadata);
        var now = conversation.CreatedAt.ToUnixTimeMilliseconds();
        var row = new { tenant, conversation.Id, conversation.Title, metadata, now };
        return database.WriteAsync(connection => connection.Execute(Insert, row) == 1, cancellationToken);
    }

    public Task<Conversation?> FindAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        var row = database.Read(connection =>
            connection.QuerySingleOrDefault<ConversationRow>(SelectConversation + "AND id = @id", new { tenant, id }));
        return Task.FromResult(row?.ToConversation());
    }

    public Task<IReadOnlyList<NumberedConversation>> ListAsync(string tenant, long? before, int limit, CancellationToken cancellationToken)
    {
        const string Page = "AND number < @before ORDER BY number DESC LIMIT @limit";
        var rows = database.Read(connection => connection.Query<ConversationRow>(
            SelectConversation + Page, new { tenant, before = before ?? long.MaxValue, limit }).AsList());
        return Task.FromResult<IReadOnlyList<NumberedConversation>>(
            [.. rows.Select(row => new NumberedConversation(row.number, row.ToConversation()))]);
    }

    public Task<bool> DeleteAsync(string tenant, string id, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute("DELETE FROM conversations WHERE tenant = @tenant AND id = @id", new { tenant, id }) == 1,
        cancellationToken);

    public Task<IReadOnlyList<StoredMessage>?> AppendAsync(
        string tenant, string id, IReadOnlyList<NewMessage> messages, int messagesMax, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<StoredMessage>?>(
            connection => Append(connection, (tenant, id), messages, messagesMax), cancellationToken);

    public Task<IReadOnlyList<StoredMessage>> MessagesAsync(
        string tenant, string id, long afterSequence, int limit, CancellationToken cancellationToken) => Messages(
        "AND m.sequence > @afterSequence ORDER BY m.sequence LIMIT @limit", new { tenant, id, afterSequence, limit });

    public Task<IReadOnlyList<StoredMessage>> NewestMessagesAsync(
        string tenant, string id, int limit, CancellationToken cancellationToken) =>
        Messages("ORDER BY m.sequence DESC LIMIT @limit", new { tenant, id, limit });

    public async Task<StoredMessage?> FirstSystemMessageAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        var found = await Messages("AND m.role = @role ORDER BY m.sequence LIMIT 1", new { tenant, id, role = (int)MessageRole.System });
        return found.Count > 0 ? found[0] : null;
    }

    private List<StoredMessage>? Append(
        SqliteConnection connection, (string Tenant, string Id) key, IReadOnlyList<NewMessage> messages, int messagesMax)
    {
        var conversation = connection.QuerySingleOrDefault<ConversationRow>(
            SelectConversation + "AND id = @id", new { tenant = key.Tenant, id = key.Id });
        if (conversation is null) return null;

        // Whole milliseconds, as the table keeps them, so that a retry returns exactly what the first attempt did.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        var sequence = conversation.message_count;
        List<StoredMessage> stored = [];
        foreach (var message in messages)
        {
            if (Existing(connection, conversation.number, message.Id) is { } there)
            {
                stored.Add(there);
                continue;
            }

            if (++sequence > messagesMax) throw new ConversationFullException(messagesMax);
            var added = new StoredMessage(sequence, message, now);
            Insert(connection, conversation.number, added);
            stored.Add(added);
        }

        connection.Execute(
            "UPDATE conversations SET message_count = @sequence, updated_ms = @now WHERE number = @number",
            new { sequence, now = now.ToUnixTimeMilliseconds(), conversation.number });
        return stored;
    }

    private static StoredMessage? Existing(SqliteConnection connection, long conversation, string id) =>
        connection.QuerySingleOrDefault<MessageRow>(
            """
            SELECT sequence, id, role, content, token_count, model, annotations, created_ms
            FROM messages WHERE conversation = @conversation AND id = @id
            """,
            new { conversation, id })?.ToMessage();

    private static void Insert(SqliteConnection connection, long conversation, StoredMessage message) => connection.Execute(
        """
        INSERT INTO messages (conversation, sequence, id, role, content, token_count, model, annotations, created_ms)
        VALUES (@conversation, @Sequence, @Id, @role, @Content, @TokenCount, @Model, @AnnotationsJson, @created)
        """,
        new
        {
            conversation,
            message.Sequence,
            message.Content.Id,
            role = (int)message.Content.Role,
            message.Content.Content,
            message.Content.TokenCount,
            message.Content.Model,
            message.Content.AnnotationsJson,
            created = message.CreatedAt.ToUnixTimeMilliseconds(),
        });

    private Task<IReadOnlyList<StoredMessage>> Messages(string condition, object parameters)
    {
        var rows = database.Read(connection => connection.Query<MessageRow>($"{SelectMessage} {condition}", parameters).AsList());
        return Task.FromResult<IReadOnlyList<StoredMessage>>([.. rows.Select(row => row.ToMessage())]);
    }
}
