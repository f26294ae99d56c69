using Millrace.Inference.Sampling;
using Millrace.Inference.Scheduling;

namespace Millrace.Inference.Engine;

/// <summary>What an engine is asked to do. It has been checked: every value is in its range.</summary>
internal sealed record GenerationRequest
{
    /// <summary>The prompt, at least one token and fewer than fit into the context.</summary>
    public required IReadOnlyList<int> Prompt { get; init; }

    /// <summary>How tokens are chosen.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Tokens to generate per choice; null for as many as fit into the context.</summary>
    public int? CompletionTokensMax { get; init; }

    /// <summary>Strings before which generation ends.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Number of choices.</summary>
    public int ChoiceCount { get; init; } = 1;

    /// <summary>Which log probabilities are wanted.</summary>
    public LogprobRequest Logprobs { get; init; }

    /// <summary>Which requests go before this one.</summary>
    public SequenceClass Class { get; init; }

    /// <summary>Requests of one key share the slots fairly with those of other keys.</summary>
    public string FairnessKey { get; init; } = "";

    /// <summary>Id of the adapter to compute with; 0 for the model itself.</summary>
    public int Adapter { get; init; }

    /// <summary>Computed state is shared only between requests of equal salt.</summary>
    public string CacheSalt { get; init; } = "";

    /// <summary>Opaque names of the prompt's beginnings, shortest first.</summary>
    public IReadOnlyList<ulong> PrefixKeys { get; init; } = [];

    /// <summary>Whether each choice begins with the prompt itself.</summary>
    public bool Echo { get; init; }

    /// <summary>Whether end-of-generation tokens are tokens like others.</summary>
    public bool IgnoreEnd { get; init; }

    /// <summary>When nobody waits for the answer any more.</summary>
    public DateTimeOffset? Deadline { get; init; }
}
