using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Errors;
using Millrace.Sessions.Messages;

namespace Millrace.Sessions.Conversations;

/// <summary>What can be done with conversations: checks what comes in, then asks the store.</summary>
public sealed class ConversationService(IConversationStore store, IOptions<ConversationOptions> options, TimeProvider time)
{
    private readonly ConversationChecks _checks = new(options.Value);

    /// <summary>Creates a conversation.</summary>
    public async Task<Conversation> CreateAsync(
        string tenant, string id, string title, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        var chosen = id.Length > 0 ? ConversationChecks.Id("id", id) : $"conv_{Guid.CreateVersion7(time.GetUtcNow()):n}";
        ConversationChecks.Title(title);
        _checks.Metadata(metadata);
        var conversation = Conversation.New(chosen, title, metadata, time.GetUtcNow());
        return await store.TryCreateAsync(tenant, conversation, options.Value.ConversationsMax, cancellationToken) switch
        {
            CreateOutcome.Created => conversation,
            CreateOutcome.Exists => throw new MillraceException(
                Reason.AlreadyExists, $"A conversation '{chosen}' exists already. Append to it, or choose another id."),
            _ => throw Full(),
        };
    }

    /// <summary>Creates a conversation unless it is there.</summary>
    public async Task EnsureAsync(ConversationKey key, CancellationToken cancellationToken)
    {
        ConversationChecks.Id("conversation_id", key.Id);
        var wanted = Conversation.New(key.Id, "", new Dictionary<string, string>(), time.GetUtcNow());
        var outcome = await store.TryCreateAsync(key.Tenant, wanted, options.Value.ConversationsMax, cancellationToken);
        if (outcome == CreateOutcome.Full) throw Full();
    }

    /// <summary>The conversation of this id.</summary>
    public async Task<Conversation> GetAsync(ConversationKey key, CancellationToken cancellationToken) =>
        await store.FindAsync(key, cancellationToken) ?? throw NotFound(key.Id);

    /// <summary>Conversations, newest first.</summary>
    public Task<IReadOnlyList<NumberedConversation>> ListAsync(
        string tenant, long? before, int limit, CancellationToken cancellationToken) =>
        store.ListAsync(tenant, before, limit, cancellationToken);

    /// <summary>Changes what the application says of a conversation.</summary>
    public async Task<Conversation> UpdateAsync(ConversationKey key, ConversationChange change, CancellationToken cancellationToken)
    {
        if (change.Title is not null) ConversationChecks.Title(change.Title);
        if (change.Metadata is not null) _checks.Metadata(change.Metadata);
        if (!await store.UpdateAsync(key, change, cancellationToken)) throw NotFound(key.Id);
        return await GetAsync(key, cancellationToken);
    }

    /// <summary>Deletes a conversation with its messages.</summary>
    public async Task DeleteAsync(ConversationKey key, CancellationToken cancellationToken)
    {
        if (!await store.DeleteAsync(key, cancellationToken)) throw NotFound(key.Id);
    }

    /// <summary>Checks messages that are to be appended.</summary>
    public void Check(string conversationId, IReadOnlyList<NewMessage> messages)
    {
        ConversationChecks.Id("conversation_id", conversationId);
        _checks.Messages(messages);
    }

    /// <summary>A refusal that names the conversation.</summary>
    public static MillraceException NotFound(string id) => new(
        Reason.ConversationNotFound, $"There is no conversation '{id}'. Create it first, or list the conversations there are.")
    {
        Param = "conversation_id",
    };

    private MillraceException Full() => MillraceException.InvalidArgument(
        "conversation_id", $"There are {options.Value.ConversationsMax} conversations, as many as there may be. Delete some first.");
}
