using System.Diagnostics;
using System.Text.Json.Nodes;
using Millrace.Gateway.Citations;
using Millrace.Gateway.Explaining;
using Millrace.Gateway.Guarding;
using Millrace.Gateway.Retrieval;

namespace Millrace.Gateway.Runtime;

/// <summary>What becomes known while one request runs. The pipeline owns it; its steps fill it in one after the other.</summary>
public sealed class ChatRun
{
    private readonly Lock _gate = new();
    private readonly List<string> _degraded = [];
    private readonly List<Decision> _decisions = [];

    /// <summary>Id of the completion.</summary>
    public required string Id { get; init; }

    /// <summary>When the request began.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What is done. A step that finds that it cannot be done so may change it, before the first token.</summary>
    public required ChatPlan Plan { get; set; }

    /// <summary>Where its time goes.</summary>
    public required RunTimeline Timeline { get; init; }

    /// <summary>The request's span, which the steps' spans belong to; null when nobody listens.</summary>
    public Activity? Activity { get; init; }

    /// <summary>What the check of the input said that the output's needs.</summary>
    public GuardState Guard { get; set; } = GuardState.Unchecked;

    /// <summary>Tokens so far.</summary>
    public ChatUsage Usage { get; set; } = new(0, 0, 0);

    /// <summary>What is searched for, when that is not the last message itself.</summary>
    public string? Question { get; set; }

    /// <summary>The vector of what is searched for; null when none was made.</summary>
    public QueryVector? QuestionVector { get; set; }

    /// <summary>The model that answers, as its server named it.</summary>
    public string? ServedBy { get; set; }

    /// <summary>The seed of the last generation, as its server told it.</summary>
    public ulong? Seed { get; set; }

    /// <summary>What became of the citations of all choices.</summary>
    public CitationCounts Citations { get; set; } = new(0, 0, 0);

    /// <summary>Why choices ended, by index.</summary>
    public Dictionary<int, ChatFinishReason> FinishReasons { get; } = [];

    /// <summary>Ids of the messages that were stored in the conversation, the answer's last; null when none were.</summary>
    public IReadOnlyList<string>? StoredMessageIds { get; set; }

    /// <summary>Parts of the platform that were missing.</summary>
    public IReadOnlyList<string> Degraded
    {
        get
        {
            lock (_gate) return [.. _degraded];
        }
    }

    /// <summary>What was decided so far.</summary>
    public IReadOnlyList<Decision> Decisions
    {
        get
        {
            lock (_gate) return [.. _decisions];
        }
    }

    /// <summary>Remembers a decision for whoever asks why. Steps that run side by side may call it.</summary>
    /// <param name="step">The step that decided.</param>
    /// <param name="decided">What, in a word or two.</param>
    /// <param name="facts">From what: names, numbers and reasons, and no text of prompts, passages or answers.</param>
    public void Decide(string step, string decided, JsonObject? facts = null)
    {
        var decision = new Decision(step, decided, Timeline.Elapsed, facts ?? []);
        lock (_gate) _decisions.Add(decision);
    }

    /// <summary>Adds what a part of the request used. Parts that run side by side may call it.</summary>
    public void AddUsage(ChatUsage usage)
    {
        lock (_gate)
            Usage = new ChatUsage(
                Usage.PromptTokens + usage.PromptTokens,
                Usage.CompletionTokens + usage.CompletionTokens,
                Usage.CachedTokens + usage.CachedTokens);
    }

    /// <summary>Remembers that a part was missing. Steps that run side by side may call it.</summary>
    public void Degrade(string part)
    {
        lock (_gate)
            if (!_degraded.Contains(part)) _degraded.Add(part);
    }
}
