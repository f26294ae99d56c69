namespace Millrace.Sessions.Conversations;

/// <summary>
/// Where conversations are kept. What was acknowledged survives a crash. Only <see cref="ExpireAsync"/> sees all tenants.
/// </summary>
public interface IConversationStore
{
    /// <summary>Creates a conversation, if the tenant may have one more.</summary>
    Task<CreateOutcome> TryCreateAsync(string tenant, Conversation conversation, int conversationsMax, CancellationToken cancellationToken);

    /// <summary>The conversation of this id, or null.</summary>
    Task<Conversation?> FindAsync(ConversationKey key, CancellationToken cancellationToken);

    /// <summary>Conversations, newest first.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="before">Number of the conversation behind which to go on; null to begin.</param>
    /// <param name="limit">Most conversations to return.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<IReadOnlyList<NumberedConversation>> ListAsync(string tenant, long? before, int limit, CancellationToken cancellationToken);

    /// <summary>Changes title or metadata; false when there is no such conversation.</summary>
    Task<bool> UpdateAsync(ConversationKey key, ConversationChange change, CancellationToken cancellationToken);

    /// <summary>Deletes a conversation with its messages and summaries; false when there is none.</summary>
    Task<bool> DeleteAsync(ConversationKey key, CancellationToken cancellationToken);

    /// <summary>Deletes conversations that nobody has appended to for long.</summary>
    /// <returns>How many were deleted; fewer than the limit when no more are due.</returns>
    Task<int> ExpireAsync(Expiry expiry, CancellationToken cancellationToken);
}

/// <summary>A conversation with its place among all of the store, by which lists go on.</summary>
public sealed record NumberedConversation(long Number, Conversation Conversation);

/// <summary>What became of a wish for a conversation.</summary>
public enum CreateOutcome
{
    /// <summary>It is there.</summary>
    Created,

    /// <summary>One of this id was there before.</summary>
    Exists,

    /// <summary>The tenant has as many as it may have.</summary>
    Full,
}

/// <summary>Which conversations are due.</summary>
/// <param name="Before">Those that were last appended to before this time.</param>
/// <param name="Tenant">Of this tenant alone; null for all tenants but <paramref name="Except"/>.</param>
/// <param name="Except">Tenants that have a time of their own.</param>
/// <param name="Limit">Most to delete at once.</param>
public sealed record Expiry(DateTimeOffset Before, string? Tenant, IReadOnlyCollection<string> Except, int Limit);
