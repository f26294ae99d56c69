using Millrace.Gateway.Guarding;
using Millrace.Gateway.Prompts;
using Millrace.Gateway.Retrieval;
using Millrace.Gateway.Sessions;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Runtime;

/// <summary>
/// What lets another process go on with a chat when this one dies: it is told what was found out before the generation, and each thing
/// that the model said, before anybody else sees it.
/// </summary>
public interface IChatJournal
{
    /// <summary>When the chat began.</summary>
    DateTimeOffset CreatedAt { get; }

    /// <summary>Whether a client may have seen something that an earlier process made.</summary>
    bool IsShown { get; }

    /// <summary>What an earlier process found out; null when there was none, or it did not get that far.</summary>
    PreparedChat? Prepared { get; }

    /// <summary>What the model said to an earlier process, in order.</summary>
    IReadOnlyList<SaidPiece> Said { get; }

    /// <summary>Keeps what was found out. The answer begins behind it: what was said before counts no longer.</summary>
    ValueTask PrepareAsync(PreparedChat prepared, ChatRun run, CancellationToken cancellationToken);

    /// <summary>Keeps something that the model said.</summary>
    ValueTask SayAsync(ChatEvent next, ChatRun run, CancellationToken cancellationToken);
}

/// <summary>Everything that the generation starts from.</summary>
/// <param name="Messages">The request's messages, checked.</param>
/// <param name="History">What the conversation had.</param>
/// <param name="Turns">The whole chat.</param>
/// <param name="Context">The passages found; null when nothing was looked up.</param>
/// <param name="Prompt">The prompt.</param>
public sealed record PreparedChat(
    IReadOnlyList<ChatTurn> Messages,
    ConversationWindow History,
    IReadOnlyList<ChatTurn> Turns,
    RetrievedContext? Context,
    BuiltPrompt Prompt)
{
    /// <summary>That of an answer that starts from its request alone.</summary>
    public static PreparedChat Nothing { get; } = new([], ConversationWindow.Empty, [], null, BuiltPrompt.Empty);

    /// <summary>Refuses what lacks earlier messages, where the request wants all of them.</summary>
    /// <exception cref="MillraceException">Messages did not fit (context_length_exceeded).</exception>
    public void RequireWhole(ChatRequest request)
    {
        var dropped = History.DroppedCount + Prompt.MessagesDropped;
        if (request.MayDropMessages || dropped == 0) return;
        throw new MillraceException(
            Reason.ContextLengthExceeded,
            $"{dropped} earlier messages do not fit. Send 'truncation' as \"auto\" to leave them out, or begin anew.")
        {
            Param = "truncation",
        };
    }

    /// <summary>Tokens that finding it out took.</summary>
    public ChatUsage Usage { get; init; } = new(0, 0, 0);

    /// <summary>Parts of the platform that were missing.</summary>
    public IReadOnlyList<string> Degraded { get; init; } = [];

    /// <summary>What was searched for, when that was not the last message itself.</summary>
    public string? Question { get; init; }

    /// <summary>What the check of the input said.</summary>
    public GuardState Guard { get; init; } = GuardState.Unchecked;
}

/// <summary>Something that the model said.</summary>
/// <param name="Event">What.</param>
/// <param name="Usage">Tokens of the whole request up to there, as far as they were known.</param>
/// <param name="ServedBy">The model that said it.</param>
/// <param name="Seed">The seed that it said it with.</param>
public sealed record SaidPiece(ChatEvent Event, ChatUsage Usage, string? ServedBy, ulong? Seed);
