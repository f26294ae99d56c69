namespace Millrace.Sessions.Conversations;

/// <summary>
/// Where conversations are kept. Every method sees one tenant only. What was acknowledged survives a crash; appending is all or nothing.
/// </summary>
public interface IConversationStore
{
    /// <summary>Creates a conversation; false when one of this id exists.</summary>
    Task<bool> TryCreateAsync(string tenant, Conversation conversation, CancellationToken cancellationToken);

    /// <summary>The conversation of this id, or null.</summary>
    Task<Conversation?> FindAsync(string tenant, string id, CancellationToken cancellationToken);

    /// <summary>Conversations, newest first.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="before">Number of the conversation behind which to go on; null to begin.</param>
    /// <param name="limit">Most conversations to return.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<IReadOnlyList<NumberedConversation>> ListAsync(string tenant, long? before, int limit, CancellationToken cancellationToken);

    /// <summary>Deletes a conversation with its messages; false when there is none.</summary>
    Task<bool> DeleteAsync(string tenant, string id, CancellationToken cancellationToken);

    /// <summary>Appends messages behind the last one. Ids that are there already are skipped.</summary>
    /// <returns>The messages as stored, in the order given; null when there is no such conversation.</returns>
    /// <exception cref="ConversationFullException">It would have more than <paramref name="messagesMax"/> messages.</exception>
    Task<IReadOnlyList<StoredMessage>?> AppendAsync(
        string tenant, string id, IReadOnlyList<NewMessage> messages, int messagesMax, CancellationToken cancellationToken);

    /// <summary>Messages behind a sequence, oldest first.</summary>
    Task<IReadOnlyList<StoredMessage>> MessagesAsync(
        string tenant, string id, long afterSequence, int limit, CancellationToken cancellationToken);

    /// <summary>The newest messages, newest first.</summary>
    Task<IReadOnlyList<StoredMessage>> NewestMessagesAsync(string tenant, string id, int limit, CancellationToken cancellationToken);

    /// <summary>The first system message, or null.</summary>
    Task<StoredMessage?> FirstSystemMessageAsync(string tenant, string id, CancellationToken cancellationToken);
}

/// <summary>A conversation with its place among all of the store, by which lists go on.</summary>
public sealed record NumberedConversation(long Number, Conversation Conversation);

/// <summary>A conversation has as many messages as it may have.</summary>
public sealed class ConversationFullException(int messagesMax)
    : Exception($"The conversation would have more than {messagesMax} messages.");
