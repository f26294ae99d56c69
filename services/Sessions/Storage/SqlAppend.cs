using System.Text;
using Millrace.Sessions.Conversations;
using Millrace.Sessions.Messages;

namespace Millrace.Sessions.Storage;

/// <summary>Appends messages within one transaction, which holds the conversation's row.</summary>
internal sealed class SqlAppend(SqlSession session, TimeProvider time)
{
    /// <summary>Appends.</summary>
    /// <returns>The messages as stored; null when there is no such conversation.</returns>
    public async Task<IReadOnlyList<StoredMessage>?> RunAsync(ConversationKey key, Addition addition)
    {
        if (await SqlRemoval.HoldAsync(session, key) is not { } held) return null;

        // Whole milliseconds, as the table keeps them, so that a retry returns exactly what the first attempt did.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        var there = await ExistingAsync(held.number, addition.Messages);
        var place = await PlaceAsync(held, addition.ParentId);
        List<StoredMessage> stored = [];
        var added = 0;
        foreach (var message in addition.Messages)
        {
            if (there.TryGetValue(message.Id, out var known))
            {
                stored.Add(known.Message);
                place = known.Place;
                continue;
            }

            if (held.message_count + ++added > addition.MessagesMax) throw new ConversationFullException(addition.MessagesMax);
            var next = new StoredMessage(held.last_sequence + added, message, place.id, now);
            await InsertAsync(held.number, next, place);
            place = new PlaceRow(next.Sequence, message.Id, place.depth + 1, place.sequence);
            there[message.Id] = (next, place);
            stored.Add(next);
        }

        if (added > 0) await MoveOnAsync(held, added, place.sequence, now);
        return stored;
    }

    private async Task<PlaceRow> PlaceAsync(HeldRow held, string? parentId)
    {
        var nowhere = new PlaceRow(0, "", 0, 0);
        if (parentId is "" || (parentId is null && held.head == 0)) return nowhere;
        const string Find = "SELECT sequence, id, depth, parent FROM messages WHERE conversation = @number AND ";
        var found = parentId is null
            ? await session.FindAsync<PlaceRow>(Find + "sequence = @head", held)
            : await session.FindAsync<PlaceRow>(Find + "id = @parentId", new { held.number, parentId });
        return found ?? throw new MessageMissingException(parentId ?? "");
    }

    private async Task<Dictionary<string, (StoredMessage Message, PlaceRow Place)>> ExistingAsync(
        long number, IReadOnlyList<NewMessage> messages)
    {
        var among = session.Dialect.In("@ids");
        var find = $"""
            SELECT m.sequence, m.id, p.id AS parent_id, m.role, m.content, m.token_count, m.token_model, m.model,
                m.annotations, m.created_ms, m.tool_calls, m.tool_call_id, m.name
            FROM messages m LEFT JOIN messages p ON p.conversation = m.conversation AND p.sequence = m.parent
            WHERE m.conversation = @number AND m.id {among}
            """;
        var findPlaces = $"SELECT sequence, id, depth, parent FROM messages WHERE conversation = @number AND id {among}";
        var wanted = new { number, ids = messages.Select(message => message.Id).ToArray() };
        var rows = await session.QueryAsync<MessageRow>(find, wanted);
        if (rows.Count == 0) return [];
        var places = (await session.QueryAsync<PlaceRow>(findPlaces, wanted)).ToDictionary(place => place.id);
        return rows.ToDictionary(row => row.id, row => (row.ToMessage(session.Dialect), places[row.id]));
    }

    private Task<int> InsertAsync(long number, StoredMessage message, PlaceRow place) => session.ExecuteAsync(
        """
        INSERT INTO messages (conversation, sequence, id, role, content, bytes, token_count, token_model, model, annotations, created_ms,
            parent, depth, tool_calls, tool_call_id, name)
        VALUES (@number, @sequence, @id, @role, @content, @bytes, @tokenCount, @tokenModel, @model, @annotations, @created,
            @parent, @depth, @toolCalls, @toolCallId, @name)
        """,
        new
        {
            number,
            sequence = message.Sequence,
            id = message.Content.Id,
            role = (long)message.Content.Role,
            content = session.Dialect.Encode(message.Content.Content),
            bytes = (long)Encoding.UTF8.GetByteCount(message.Content.Content) + Encoding.UTF8.GetByteCount(message.Content.ToolCallsJson),
            tokenCount = (long)message.Content.TokenCount,
            tokenModel = session.Dialect.Encode(message.Content.TokenModel),
            model = session.Dialect.Encode(message.Content.Model),
            annotations = session.Dialect.Encode(message.Content.AnnotationsJson),
            created = message.CreatedAt.ToUnixTimeMilliseconds(),
            parent = place.sequence,
            depth = place.depth + 1,
            toolCalls = session.Dialect.Encode(message.Content.ToolCallsJson),
            toolCallId = session.Dialect.Encode(message.Content.ToolCallId),
            name = session.Dialect.Encode(message.Content.Name),
        });

    private Task<int> MoveOnAsync(HeldRow held, int added, long head, DateTimeOffset now) => session.ExecuteAsync(
        """
        UPDATE conversations SET message_count = @count, last_sequence = @last, head = @head, updated_ms = @now WHERE number = @number
        """,
        new
        {
            held.number,
            count = held.message_count + added,
            last = held.last_sequence + added,
            head,
            now = now.ToUnixTimeMilliseconds(),
        });
}
