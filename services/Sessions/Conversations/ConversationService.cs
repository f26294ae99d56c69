using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Errors;
using Millrace.Sessions.Windowing;

namespace Millrace.Sessions.Conversations;

/// <summary>What can be done with conversations: checks what comes in, then asks the store.</summary>
public sealed class ConversationService(IConversationStore store, IOptions<ConversationOptions> options, TimeProvider time)
{
    private const int WindowMessagesMax = 512;

    private readonly ConversationChecks _checks = new(options.Value);

    /// <summary>Creates a conversation.</summary>
    public async Task<Conversation> CreateAsync(
        string tenant, string id, string title, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        var chosen = id.Length > 0 ? ConversationChecks.Id("id", id) : $"conv_{Guid.CreateVersion7(time.GetUtcNow()):n}";
        ConversationChecks.Title(title);
        _checks.Metadata(metadata);
        var now = time.GetUtcNow();
        var conversation = new Conversation(chosen, title, metadata, MessageCount: 0, now, now);
        return await store.TryCreateAsync(tenant, conversation, cancellationToken)
            ? conversation
            : throw new MillraceException(
                Reason.AlreadyExists, $"A conversation '{chosen}' exists already. Append to it, or choose another id.");
    }

    /// <summary>The conversation of this id.</summary>
    public async Task<Conversation> GetAsync(string tenant, string id, CancellationToken cancellationToken) =>
        await store.FindAsync(tenant, id, cancellationToken) ?? throw NotFound(id);

    /// <summary>Conversations, newest first.</summary>
    public Task<IReadOnlyList<NumberedConversation>> ListAsync(
        string tenant, long? before, int limit, CancellationToken cancellationToken) =>
        store.ListAsync(tenant, before, limit, cancellationToken);

    /// <summary>Deletes a conversation with its messages.</summary>
    public async Task DeleteAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        if (!await store.DeleteAsync(tenant, id, cancellationToken)) throw NotFound(id);
    }

    /// <summary>Appends messages, all or none; ids that are there already change nothing.</summary>
    public async Task<IReadOnlyList<StoredMessage>> AppendAsync(
        string tenant, string id, IReadOnlyList<NewMessage> messages, bool createIfMissing, CancellationToken cancellationToken)
    {
        ConversationChecks.Id("conversation_id", id);
        _checks.Messages(messages);
        try
        {
            if (await store.AppendAsync(tenant, id, messages, options.Value.MessagesMax, cancellationToken) is { } stored) return stored;
            if (!createIfMissing) throw NotFound(id);

            // Somebody else may create it in between; then appending succeeds all the same.
            var now = time.GetUtcNow();
            var created = new Conversation(id, "", new Dictionary<string, string>(), MessageCount: 0, now, now);
            await store.TryCreateAsync(tenant, created, cancellationToken);
            return await store.AppendAsync(tenant, id, messages, options.Value.MessagesMax, cancellationToken) ?? throw NotFound(id);
        }
        catch (ConversationFullException error)
        {
            throw new MillraceException(Reason.InvalidArgument, $"{error.Message} Begin a new conversation.", error) { Param = "messages" };
        }
    }

    /// <summary>Messages behind a sequence, oldest first.</summary>
    public async Task<IReadOnlyList<StoredMessage>> MessagesAsync(
        string tenant, string id, long afterSequence, int limit, CancellationToken cancellationToken)
    {
        await GetAsync(tenant, id, cancellationToken);
        return await store.MessagesAsync(tenant, id, afterSequence, limit, cancellationToken);
    }

    /// <summary>The newest messages that fit a token budget, and the first system message.</summary>
    public async Task<ConversationWindow> WindowAsync(string tenant, string id, int tokensMax, CancellationToken cancellationToken)
    {
        var conversation = await GetAsync(tenant, id, cancellationToken);
        var newest = await store.NewestMessagesAsync(tenant, id, WindowMessagesMax, cancellationToken);
        var system = await store.FirstSystemMessageAsync(tenant, id, cancellationToken);
        return ConversationWindow.Choose([.. newest.Reverse()], system, tokensMax, conversation.MessageCount);
    }

    private static MillraceException NotFound(string id) => new(
        Reason.ConversationNotFound, $"There is no conversation '{id}'. Create it first, or list the conversations there are.")
    {
        Param = "conversation_id",
    };
}
