using Millrace.Sessions.Conversations;

namespace Millrace.Sessions.Storage;

/// <summary>Takes one message out of its conversation, within a transaction that holds the conversation's row.</summary>
internal static class SqlRemoval
{
    private static readonly string[] Statements =
    [
        """
        WITH RECURSIVE below (sequence) AS (
            SELECT m.sequence FROM messages m WHERE m.conversation = @number AND m.parent = @sequence
            UNION ALL
            SELECT m.sequence FROM below JOIN messages m ON m.conversation = @number AND m.parent = below.sequence)
        UPDATE messages SET depth = depth - 1 WHERE conversation = @number AND sequence IN (SELECT below.sequence FROM below)
        """,
        "UPDATE messages SET parent = @parent WHERE conversation = @number AND parent = @sequence",

        // Whatever was summed up at or behind the message may tell of it.
        "DELETE FROM summaries WHERE conversation = @number AND sequence >= @sequence",
        "DELETE FROM messages WHERE conversation = @number AND sequence = @sequence",
        """
        UPDATE conversations SET message_count = message_count - 1, head = CASE WHEN head = @sequence THEN @parent ELSE head END
        WHERE number = @number
        """,
    ];

    /// <summary>Finds a conversation and lets nobody else change it until the transaction ends.</summary>
    public static Task<HeldRow?> HoldAsync(SqlSession session, ConversationKey key) => session.FindAsync<HeldRow>(
        "SELECT c.number, c.message_count, c.last_sequence, c.head FROM conversations c WHERE c.tenant = @Tenant AND c.id = @Id"
            + session.Dialect.ForUpdate,
        key);

    /// <summary>Removes the message; false when there is none.</summary>
    public static async Task<bool> RunAsync(SqlSession session, ConversationKey key, string messageId)
    {
        if (await HoldAsync(session, key) is not { } held) return false;
        var message = await session.FindAsync<PlaceRow>(
            "SELECT sequence, id, depth, parent FROM messages WHERE conversation = @number AND id = @messageId",
            new { held.number, messageId });
        if (message is null) return false;

        var place = new { held.number, message.sequence, message.parent };
        foreach (var statement in Statements) await session.ExecuteAsync(statement, place);
        return true;
    }
}
