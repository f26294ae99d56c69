using System.Runtime.CompilerServices;
using Millrace.Sessions.Messages;
using Millrace.Sessions.Summaries;

namespace Millrace.Sessions.Conversations;

/// <summary>A part of an export; exactly one member is set.</summary>
/// <param name="Conversation">The conversation; first.</param>
/// <param name="Message">A message of any branch; by sequence.</param>
/// <param name="Summary">A summary; behind the messages.</param>
public sealed record ExportedPart(Conversation? Conversation = null, StoredMessage? Message = null, StoredSummary? Summary = null);

/// <summary>Reads everything that is kept of a conversation, a page at a time.</summary>
public sealed class ConversationExport(ConversationService conversations, IMessageStore messages, SummaryService summaries)
{
    private const int PageSize = 64;

    /// <summary>Reads the parts.</summary>
    public async IAsyncEnumerable<ExportedPart> ReadAsync(
        ConversationKey key, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return new ExportedPart(Conversation: await conversations.GetAsync(key, cancellationToken));
        long after = 0;
        while (await messages.AllAsync(key, after, PageSize, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var message in page) yield return new ExportedPart(Message: message);
            after = page[^1].Sequence;
        }

        foreach (var summary in await summaries.ListAsync(key, cancellationToken)) yield return new ExportedPart(Summary: summary);
    }
}
