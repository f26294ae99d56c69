using Millrace.Sessions.Conversations;

namespace Millrace.Sessions.Messages;

/// <summary>
/// Where messages are kept. Each follows another one of its conversation, or none, so that a conversation is a tree; one of them is its
/// head, which it goes on from. Appending is all or nothing, and what was acknowledged survives a crash.
/// </summary>
public interface IMessageStore
{
    /// <summary>Appends messages, each behind the one before. Ids that are there already are skipped.</summary>
    /// <returns>The messages as stored, in the order given; null when there is no such conversation.</returns>
    /// <exception cref="ConversationFullException">The conversation would have too many messages.</exception>
    /// <exception cref="MessageMissingException">There is no message to append to.</exception>
    Task<IReadOnlyList<StoredMessage>?> AppendAsync(ConversationKey key, Addition addition, CancellationToken cancellationToken);

    /// <summary>The message of this id, or null.</summary>
    Task<StoredMessage?> FindAsync(ConversationKey key, string messageId, CancellationToken cancellationToken);

    /// <summary>Deletes a message; what follows it then follows its parent. False when there is none.</summary>
    Task<bool> DeleteAsync(ConversationKey key, string messageId, CancellationToken cancellationToken);

    /// <summary>Messages of one branch.</summary>
    Task<IReadOnlyList<StoredMessage>> PageAsync(ConversationKey key, MessagePage page, CancellationToken cancellationToken);

    /// <summary>Messages of all branches behind a sequence, by sequence.</summary>
    Task<IReadOnlyList<StoredMessage>> AllAsync(ConversationKey key, long afterSequence, int limit, CancellationToken cancellationToken);

    /// <summary>The way from a head back to the beginning, newest first.</summary>
    /// <param name="key">The conversation.</param>
    /// <param name="headSequence">Where to begin; 0 for the conversation's head.</param>
    /// <param name="model">The model that tokens are wanted for; empty for counts as their writers gave them.</param>
    /// <param name="limit">Most messages.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<IReadOnlyList<PathMessage>> PathAsync(
        ConversationKey key, long headSequence, string model, int limit, CancellationToken cancellationToken);

    /// <summary>The first system message on the way from the beginning to a head, or null.</summary>
    Task<PathMessage?> FirstSystemAsync(ConversationKey key, long headSequence, string model, CancellationToken cancellationToken);

    /// <summary>The messages of these sequences, by sequence.</summary>
    Task<IReadOnlyList<StoredMessage>> ReadAsync(
        ConversationKey key, IReadOnlyCollection<long> sequences, CancellationToken cancellationToken);

    /// <summary>The messages that follow the same message as this one, itself included, oldest first.</summary>
    Task<IReadOnlyList<StoredMessage>> SiblingsAsync(
        ConversationKey key, string messageId, int limit, CancellationToken cancellationToken);

    /// <summary>The ends of all branches, newest first.</summary>
    Task<IReadOnlyList<Branch>> BranchesAsync(ConversationKey key, int limit, CancellationToken cancellationToken);

    /// <summary>Makes a message the head; false when there is none of this id.</summary>
    Task<bool> SetHeadAsync(ConversationKey key, string messageId, CancellationToken cancellationToken);

    /// <summary>Stores token counts, by message id. Those of unknown messages are left out.</summary>
    Task PutCountsAsync(
        ConversationKey key, string model, IReadOnlyList<KeyValuePair<string, int>> counts, CancellationToken cancellationToken);
}

/// <summary>Messages to append.</summary>
/// <param name="Messages">The messages, oldest first.</param>
/// <param name="ParentId">The message that the first one follows: null for the head, empty for none.</param>
/// <param name="MessagesMax">Most messages that the conversation may have.</param>
public sealed record Addition(IReadOnlyList<NewMessage> Messages, string? ParentId, int MessagesMax);

/// <summary>A part of one branch.</summary>
/// <param name="HeadSequence">The branch's last message; 0 for the conversation's head.</param>
/// <param name="AfterSequence">The message behind which to go on, in the order asked for; null to begin.</param>
/// <param name="Descending">Whether the newest come first.</param>
/// <param name="Limit">Most messages.</param>
public sealed record MessagePage(long HeadSequence, long? AfterSequence, bool Descending, int Limit);

/// <summary>A conversation has as many messages as it may have.</summary>
public sealed class ConversationFullException(int messagesMax)
    : Exception($"The conversation would have more than {messagesMax} messages.");

/// <summary>A conversation has no message of an id.</summary>
public sealed class MessageMissingException(string messageId) : Exception($"The conversation has no message '{messageId}'.")
{
    /// <summary>The id.</summary>
    public string MessageId { get; } = messageId;
}
