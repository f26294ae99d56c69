using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Errors;
using Millrace.Sessions.Conversations;
using Millrace.Sessions.Telemetry;

namespace Millrace.Sessions.Messages;

/// <summary>What can be done with the messages of a conversation.</summary>
public sealed class MessageService(
    ConversationService conversations, IMessageStore store, IOptions<ConversationOptions> options, SessionsTelemetry telemetry)
{
    private const int BranchesMax = 500;
    private const int CountsMax = 512;

    /// <summary>Appends messages, all or none; ids that are there already change nothing.</summary>
    /// <param name="key">The conversation.</param>
    /// <param name="parentId">The message that the first one follows: empty for the head, <see cref="MessageIds.Root"/> for none.</param>
    /// <param name="messages">The messages, oldest first.</param>
    /// <param name="createIfMissing">Whether to create the conversation if it does not exist.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<IReadOnlyList<StoredMessage>> AppendAsync(
        ConversationKey key,
        string parentId,
        IReadOnlyList<NewMessage> messages,
        bool createIfMissing,
        CancellationToken cancellationToken)
    {
        conversations.Check(key.Id, messages);
        var parent = parentId switch { "" => null, MessageIds.Root => "", _ => parentId };
        var addition = new Addition(messages, parent, options.Value.MessagesMax);
        try
        {
            var stored = await store.AppendAsync(key, addition, cancellationToken);
            if (stored is null && createIfMissing)
            {
                // Somebody else may create it in between; then appending succeeds all the same.
                await conversations.EnsureAsync(key, cancellationToken);
                stored = await store.AppendAsync(key, addition, cancellationToken);
            }

            if (stored is null) throw ConversationService.NotFound(key.Id);
            telemetry.Appended(stored.Count);
            return stored;
        }
        catch (ConversationFullException error)
        {
            throw new MillraceException(Reason.InvalidArgument, $"{error.Message} Begin a new conversation.", error) { Param = "messages" };
        }
        catch (MessageMissingException error)
        {
            throw MessageIds.NotFound("parent_message_id", error.MessageId);
        }
    }

    /// <summary>Messages of one branch.</summary>
    /// <param name="key">The conversation.</param>
    /// <param name="headId">Its last message; empty for the conversation's head.</param>
    /// <param name="afterId">The message behind which to go on; empty for none.</param>
    /// <param name="page">The part that is wanted; its head is filled in.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<IReadOnlyList<StoredMessage>> PageAsync(
        ConversationKey key, string headId, string afterId, MessagePage page, CancellationToken cancellationToken)
    {
        await conversations.GetAsync(key, cancellationToken);
        var head = headId.Length == 0 ? 0 : (await GetAsync(key, headId, "head_message_id", cancellationToken)).Sequence;
        var after = afterId.Length == 0
            ? page.AfterSequence
            : (await GetAsync(key, afterId, "after_message_id", cancellationToken)).Sequence;
        return await store.PageAsync(key, page with { HeadSequence = head, AfterSequence = after }, cancellationToken);
    }

    /// <summary>One message.</summary>
    public async Task<StoredMessage> GetAsync(ConversationKey key, string messageId, string param, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(key, messageId, cancellationToken) is { } found) return found;
        await conversations.GetAsync(key, cancellationToken);
        throw MessageIds.NotFound(param, messageId);
    }

    /// <summary>Deletes a message; what follows it then follows what was before it.</summary>
    public async Task<Conversation> DeleteAsync(ConversationKey key, string messageId, CancellationToken cancellationToken)
    {
        var deleted = await store.DeleteAsync(key, messageId, cancellationToken);
        var conversation = await conversations.GetAsync(key, cancellationToken);
        return deleted ? conversation : throw MessageIds.NotFound("message_id", messageId);
    }

    /// <summary>The ends of all branches, newest first.</summary>
    public async Task<IReadOnlyList<Branch>> BranchesAsync(ConversationKey key, CancellationToken cancellationToken)
    {
        await conversations.GetAsync(key, cancellationToken);
        return await store.BranchesAsync(key, BranchesMax, cancellationToken);
    }

    /// <summary>The versions of a message, oldest first.</summary>
    public async Task<IReadOnlyList<StoredMessage>> SiblingsAsync(
        ConversationKey key, string messageId, CancellationToken cancellationToken)
    {
        await GetAsync(key, messageId, "message_id", cancellationToken);
        return await store.SiblingsAsync(key, messageId, BranchesMax, cancellationToken);
    }

    /// <summary>Chooses the message that the conversation goes on from.</summary>
    public async Task<Conversation> SetHeadAsync(ConversationKey key, string messageId, CancellationToken cancellationToken)
    {
        var found = await store.SetHeadAsync(key, messageId, cancellationToken);
        var conversation = await conversations.GetAsync(key, cancellationToken);
        return found ? conversation : throw MessageIds.NotFound("message_id", messageId);
    }

    /// <summary>Stores how many tokens messages have for a model.</summary>
    public async Task PutCountsAsync(
        ConversationKey key, string model, IReadOnlyList<KeyValuePair<string, int>> counts, CancellationToken cancellationToken)
    {
        if (model.Length is 0 or > 256) throw MillraceException.InvalidArgument("model", "model must have 1 to 256 characters.");
        if (counts.Count is 0 or > CountsMax)
            throw MillraceException.InvalidArgument("counts", $"counts has {counts.Count} entries; give 1 to {CountsMax}.");
        await conversations.GetAsync(key, cancellationToken);
        await store.PutCountsAsync(key, model, counts, cancellationToken);
    }
}
