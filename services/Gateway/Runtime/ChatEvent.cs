using Millrace.Gateway.Citations;
using Millrace.Gateway.Explaining;

namespace Millrace.Gateway.Runtime;

/// <summary>One event of an answer. On the way to the caller: one started, deltas, one finished per choice, one completed.</summary>
public abstract record ChatEvent;

/// <summary>The answer begins.</summary>
/// <param name="Id">Id of the completion.</param>
/// <param name="Model">Name that the request gave.</param>
/// <param name="ServedBy">The model that answers.</param>
/// <param name="CreatedAt">When it began.</param>
/// <param name="ChoiceCount">Number of choices.</param>
public sealed record ChatStarted(string Id, string Model, string ServedBy, DateTimeOffset CreatedAt, int ChoiceCount) : ChatEvent
{
    /// <summary>Where the time of the request goes.</summary>
    public required RunTimeline Timeline { get; init; }

    /// <summary>Tokens as far as they are known at the beginning: an upstream tells those of the prompt at its end.</summary>
    public ChatUsage Usage { get; init; } = new(0, 0, 0);
}

/// <summary>A piece of one choice.</summary>
/// <param name="Choice">Index of the choice.</param>
/// <param name="Text">The text.</param>
/// <param name="Logprobs">The tokens behind it; empty unless asked for.</param>
public sealed record ChatDelta(int Choice, string Text, IReadOnlyList<TokenLogprob> Logprobs) : ChatEvent
{
    /// <summary>A piece without log probabilities.</summary>
    public ChatDelta(int choice, string text)
        : this(choice, text, [])
    {
    }
}

/// <summary>A piece of a tool call of one choice; pieces of one index belong together, and those of a choice come in order.</summary>
/// <param name="Choice">Index of the choice.</param>
/// <param name="Index">Which call of the choice, from 0.</param>
/// <param name="Id">Identifies the call; null but in its first piece.</param>
/// <param name="Name">Name of the tool; null but in the call's first piece.</param>
/// <param name="Arguments">Text to append to the arguments.</param>
public sealed record ChatToolCallDelta(int Choice, int Index, string? Id, string? Name, string Arguments) : ChatEvent;

/// <summary>One choice is complete.</summary>
/// <param name="Choice">Index of the choice.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="Citations">The sources that it cites.</param>
public sealed record ChatFinished(int Choice, ChatFinishReason Reason, IReadOnlyList<Citation> Citations) : ChatEvent
{
    /// <summary>The stop string that was met; null when none was.</summary>
    public string? Stop { get; init; }
}

/// <summary>The answer is complete.</summary>
public sealed record ChatCompleted(ChatUsage Usage, ChatReport Report) : ChatEvent;

/// <summary>Why a choice ended.</summary>
public enum ChatFinishReason
{
    /// <summary>The model ended it, or a stop string was met.</summary>
    Stop,

    /// <summary>The token limit was reached.</summary>
    Length,

    /// <summary>The output was blocked, here or by the model's upstream.</summary>
    ContentFilter,

    /// <summary>The model waits for the results of its tool calls.</summary>
    ToolCalls,
}

/// <summary>Tokens of a request.</summary>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CompletionTokens">Tokens generated over all choices.</param>
/// <param name="CachedTokens">Tokens of the prompt that came from the prefix cache.</param>
public sealed record ChatUsage(int PromptTokens, int CompletionTokens, int CachedTokens)
{
    /// <summary>What was used after <paramref name="earlier"/>.</summary>
    public ChatUsage Since(ChatUsage earlier) => new(
        PromptTokens - earlier.PromptTokens, CompletionTokens - earlier.CompletionTokens, CachedTokens - earlier.CachedTokens);
}

/// <summary>How the answer came about.</summary>
/// <param name="Passages">Passages in the prompt; null when nothing was retrieved for.</param>
/// <param name="PassagesDropped">Passages that were found and did not fit into the model's context.</param>
/// <param name="MessagesDropped">Earlier messages that did not fit into the model's context.</param>
/// <param name="Citations">What became of the citations that the model wrote.</param>
/// <param name="Degraded">Parts of the platform that were missing; the answer was given without them.</param>
/// <param name="Timeline">Where the time went.</param>
public sealed record ChatReport(
    int? Passages,
    int PassagesDropped,
    int MessagesDropped,
    CitationCounts Citations,
    IReadOnlyList<string> Degraded,
    RunTimeline Timeline)
{
    /// <summary>Ids of the messages that the conversation has now besides, the answer's last; null when nothing was stored.</summary>
    public IReadOnlyList<string>? StoredMessageIds { get; init; }
}

/// <summary>A token's log probability.</summary>
/// <param name="Token">The token's bytes.</param>
/// <param name="Logprob">Natural logarithm of its probability.</param>
/// <param name="Top">The alternatives, most probable first.</param>
public sealed record TokenLogprob(ReadOnlyMemory<byte> Token, float Logprob, IReadOnlyList<TokenLogprob> Top);
