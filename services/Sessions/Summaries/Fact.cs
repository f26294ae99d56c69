using Millrace.Sessions.Messages;

namespace Millrace.Sessions.Summaries;

/// <summary>A sentence that somebody said and that may matter later.</summary>
/// <param name="Role">Who said it.</param>
/// <param name="Text">The sentence, shortened.</param>
/// <param name="Sequence">Position of its message in the conversation.</param>
/// <param name="Weight">How telling it is: the higher, the more names, numbers, dates, identifiers and words of decision.</param>
public sealed record Fact(MessageRole Role, string Text, long Sequence, int Weight);

/// <summary>A summary of the messages from the beginning of a branch up to one of them.</summary>
/// <param name="Sequence">The last message that it covers.</param>
/// <param name="MessageId">The id of that message.</param>
/// <param name="Text">Words of a model; empty when none has written any.</param>
/// <param name="Model">The model that wrote them.</param>
/// <param name="Facts">Sentences of the messages, the most telling first.</param>
/// <param name="UpdatedAt">When it was stored.</param>
public sealed record StoredSummary(
    long Sequence, string MessageId, string Text, string Model, IReadOnlyList<Fact> Facts, DateTimeOffset UpdatedAt);
