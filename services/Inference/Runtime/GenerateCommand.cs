using Millrace.Inference.Prompting;
using Millrace.Inference.Sampling;
using Millrace.Inference.Scheduling;

namespace Millrace.Inference.Runtime;

/// <summary>A request for a generation as a caller put it; nothing of it has been checked.</summary>
internal sealed record GenerateCommand
{
    /// <summary>Name of the model; empty for the default model.</summary>
    public string Model { get; init; } = "";

    /// <summary>What to continue; null when the caller gave nothing.</summary>
    public Prompt? Prompt { get; init; }

    /// <summary>How to sample.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Tokens to generate per choice; 0 for as many as fit into the context.</summary>
    public int CompletionTokensMax { get; init; }

    /// <summary>Strings before which generation ends.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Number of choices; 0 means 1.</summary>
    public int ChoiceCount { get; init; }

    /// <summary>Whether each token carries its log probability.</summary>
    public bool Logprobs { get; init; }

    /// <summary>How many alternatives each position lists.</summary>
    public int TopLogprobs { get; init; }

    /// <summary>Which requests go before this one.</summary>
    public SequenceClass Class { get; init; }

    /// <summary>Requests of one key share the slots fairly with those of other keys.</summary>
    public string FairnessKey { get; init; } = "";

    /// <summary>Computed state is shared only between requests of equal salt.</summary>
    public string CacheSalt { get; init; } = "";

    /// <summary>Opaque names of the prompt's beginnings, shortest first.</summary>
    public IReadOnlyList<ulong> PrefixKeys { get; init; } = [];

    /// <summary>Whether each choice begins with the prompt itself.</summary>
    public bool Echo { get; init; }

    /// <summary>Whether end-of-generation tokens are tokens like others.</summary>
    public bool IgnoreEnd { get; init; }

    /// <summary>When the caller stops waiting.</summary>
    public DateTimeOffset? Deadline { get; init; }
}
