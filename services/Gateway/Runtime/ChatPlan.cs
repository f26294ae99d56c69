using Millrace.Gateway.Assistants;
using Millrace.Gateway.Models;
using Millrace.Gateway.Prompts;
using Millrace.Gateway.Prompts.Compression;

namespace Millrace.Gateway.Runtime;

/// <summary>A request with everything decided that can be decided before the first call.</summary>
public sealed record ChatPlan
{
    /// <summary>The request.</summary>
    public required ChatRequest Request { get; init; }

    /// <summary>The model that answers.</summary>
    public required ChatModel Model { get; init; }

    /// <summary>How tokens are chosen.</summary>
    public required SamplingSettings Sampling { get; init; }

    /// <summary>Upper bound on generated tokens; null for as many as fit.</summary>
    public required int? TokensMax { get; init; }

    /// <summary>Most characters that are checked and sent as one piece; 0 for a piece per token.</summary>
    public int BatchCharsMax { get; init; }

    /// <summary>What the answer is grounded in; null for nothing.</summary>
    public GroundingPlan? Grounding { get; init; }

    /// <summary>The prompt that is put around the messages; null for none. A grounded answer's is that of its grounding.</summary>
    public PromptTemplate? Prompt { get; init; }

    /// <summary>A way of working that the model is told besides; null for none.</summary>
    public PromptPreset? Preset { get; init; }

    /// <summary>How passages are shortened; null for not at all.</summary>
    public CompressionOptions? Compression { get; init; }

    /// <summary>The guard policy; empty for the default one.</summary>
    public string GuardPolicy { get; init; } = string.Empty;

    /// <summary>Whether it goes on without checks when Guardrails cannot be reached; null for the Gateway's choice.</summary>
    public bool? GuardFailOpen { get; init; }

    /// <summary>Whether what goes in and comes out is checked.</summary>
    public bool IsGuarded => GuardPolicy != GatewayOptions.NoGuard;

    /// <summary>Models that are asked in this order when the model fails before its first token.</summary>
    public IReadOnlyList<string> Fallbacks { get; init; } = [];

    /// <summary>The model that was meant and is not there, so that its fallback is asked; null when there is no such thing.</summary>
    public string? InsteadOf { get; init; }
}

/// <summary>What an answer is grounded in, and how strictly.</summary>
/// <param name="Retrieval">Where to look.</param>
/// <param name="Prompt">How to ask.</param>
/// <param name="Mode">How what the model says is held to the passages.</param>
/// <param name="IsSmallTalk">Whether the user asks nothing of the documents, so that nothing is looked up and nothing checked.</param>
public sealed record GroundingPlan(RetrievalSettings Retrieval, PromptTemplate Prompt, GroundingMode Mode, bool IsSmallTalk = false)
{
    /// <summary>Whether only words of the passages are said.</summary>
    public bool Quotes => Mode is GroundingMode.Verbatim or GroundingMode.Quote;
}
