using Millrace.Inference.Sampling;

namespace Millrace.Inference.Engine;

/// <summary>Why a choice ended.</summary>
internal enum FinishReason
{
    /// <summary>The model ended it, or a stop string was met.</summary>
    Stop,

    /// <summary>It has as many tokens as were asked for, or as fit into the context.</summary>
    Length,
}

/// <summary>One fact about a running generation.</summary>
internal abstract record GenerationEvent;

/// <summary>The prompt was evaluated; first of all events.</summary>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CachedTokens">How many of them were in the cache.</param>
/// <param name="QueueTime">From arrival to the first step that worked on it.</param>
/// <param name="FirstTokenTime">From arrival to the first token.</param>
/// <param name="Seed">The seed in use.</param>
internal sealed record PromptEvaluated(
    int PromptTokens, int CachedTokens, TimeSpan QueueTime, TimeSpan FirstTokenTime, ulong Seed) : GenerationEvent;

/// <summary>A token was generated.</summary>
/// <param name="Choice">Index of the choice.</param>
/// <param name="Text">Text that became certain; may be empty.</param>
/// <param name="Token">The token; null for text that was held back until the end.</param>
/// <param name="IsPrompt">Whether it is one of the prompt's, which the request wants to see again.</param>
internal sealed record TokenGenerated(int Choice, string Text, SampledToken? Token, bool IsPrompt = false) : GenerationEvent;

/// <summary>A choice is complete; last of its events.</summary>
/// <param name="Choice">Index of the choice.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="StopMet">The stop string that was met.</param>
/// <param name="CompletionTokens">Tokens generated, the ending one included.</param>
internal sealed record ChoiceFinished(int Choice, FinishReason Reason, string? StopMet, int CompletionTokens) : GenerationEvent
{
    /// <summary>Time from its first step to its first token.</summary>
    public TimeSpan PrefillTime { get; init; }

    /// <summary>Time from its first token to its end.</summary>
    public TimeSpan DecodeTime { get; init; }

    /// <summary>Tokens that were proposed to it.</summary>
    public int DraftedTokens { get; init; }

    /// <summary>How many of them the model confirmed.</summary>
    public int AcceptedTokens { get; init; }
}
