using Millrace.Sessions.Conversations;

namespace Millrace.Sessions.Summaries;

/// <summary>Where summaries are kept. They go with their conversation, and with any message that they may tell of.</summary>
public interface ISummaryStore
{
    /// <summary>All summaries of a conversation, those of all branches, by sequence.</summary>
    Task<IReadOnlyList<StoredSummary>> ListAsync(ConversationKey key, CancellationToken cancellationToken);

    /// <summary>Stores a summary in place of one up to the same message. Of more than a few, those changed longest ago go.</summary>
    /// <param name="key">The conversation.</param>
    /// <param name="summary">The summary; its sequence and time are set by the store.</param>
    /// <param name="keep">How many of the conversation stay.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The summary as stored; null when conversation or message are not there.</returns>
    Task<StoredSummary?> PutAsync(ConversationKey key, StoredSummary summary, int keep, CancellationToken cancellationToken);
}
