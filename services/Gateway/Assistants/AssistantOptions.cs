using Millrace.Gateway.Fallbacks;
using Millrace.Gateway.Prompts;
using Millrace.Gateway.Prompts.Compression;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Gateway.Assistants;

/// <summary>How what a model says is held to the passages.</summary>
public enum GroundingMode
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Markers go to the passage that supports their sentence, or away.</summary>
    Citations,

    /// <summary>Only sentences that stand in the passages pass, each with the number of the passage that holds it.</summary>
    Verbatim,

    /// <summary>For models that can only quote: as <see cref="Verbatim"/>, and the model is asked about one sentence at a time.</summary>
    Quote,
}

/// <summary>A model with prompt, collections and sampling under one name.</summary>
public sealed class AssistantOptions
{
    /// <summary>Name of the model; empty for the pool's default model.</summary>
    public string Model { get; set; } = string.Empty;

    /// <summary>Name of the prompt, or <c>name@version</c> for one version of it.</summary>
    /// <value>Default <c>rag_qa</c> with collections, none without.</value>
    public string Prompt { get; set; } = string.Empty;

    /// <summary>Names of the collections that it answers from, at most 16; none for an assistant that looks nothing up.</summary>
    public IList<string> Collections { get; } = [];

    /// <summary>Most passages of a context; unset for the Gateway's default.</summary>
    public int? TopK { get; set; }

    /// <summary>Whether a cross-encoder orders the candidates; unset for Retrieval's default.</summary>
    public bool? Rerank { get; set; }

    /// <summary>How it searches, where a request does not say.</summary>
    public AssistantRetrieval Retrieval { get; } = new();

    /// <summary>0 is greedy; up to 2; unset for the engine's default.</summary>
    public float? Temperature { get; set; }

    /// <summary>Nucleus, in (0, 1]; unset for the engine's default.</summary>
    public float? TopP { get; set; }

    /// <summary>Name of the sampling settings for its kind of task; <see cref="Temperature"/> and <see cref="TopP"/> go before.</summary>
    public string SamplingPreset { get; set; } = string.Empty;

    /// <summary>Name of a way of working that the model is told; empty for none.</summary>
    public string PromptPreset { get; set; } = string.Empty;

    /// <summary>Guard policy; empty for the Gateway's.</summary>
    public string GuardPolicy { get; set; } = string.Empty;

    /// <summary>Whether its requests go on without checks when Guardrails cannot be reached; unset for the Gateway's choice.</summary>
    public bool? GuardFailOpen { get; set; }

    /// <summary>Models that are asked in this order when its model fails before its first token; none for those of its model.</summary>
    public IList<string> Fallbacks { get; } = [];

    /// <summary>How passages are shortened; off by default.</summary>
    public CompressionOptions Compression { get; } = new();

    /// <summary>Upper bound on generated tokens; unset for as many as fit.</summary>
    public int? TokensMax { get; set; }

    /// <summary>How what it says is held to the passages; unset for what fits its model.</summary>
    public GroundingMode? Grounding { get; set; }

    /// <summary>All errors, each with its remedy.</summary>
    public IEnumerable<string> Validate()
    {
        if (Collections.Count > 16) yield return "Collections must name at most 16 collections.";
        if (Collections.Count == 0 && Grounding is not (null or GroundingMode.None))
            yield return "Grounding needs Collections. Name them, or leave Grounding out.";
        if (!ModelsOptions.IsValid(Fallbacks, Model)) yield return ModelsOptions.Remedy;
        if (TopK is < 1 or > 100) yield return "TopK must be from 1 to 100.";
        if (Temperature is not (null or >= 0 and <= 2)) yield return "Temperature must be from 0 to 2.";
        if (TopP is not (null or > 0 and <= 1)) yield return "TopP must be above 0 and at most 1.";
        if (TokensMax is < 1) yield return "TokensMax must be at least 1.";
        foreach (var error in Retrieval.Validate().Concat(Compression.Validate())) yield return error;
    }

    /// <summary>The prompt for answers from collections.</summary>
    internal string GroundedPrompt => Prompt.Length > 0 && Collections.Count > 0 ? Prompt : PromptLibrary.RagQa;

    /// <summary>The prompt for answers from none; empty for none.</summary>
    internal string PlainPrompt => Collections.Count > 0 ? string.Empty : Prompt;

    /// <summary>What it is grounded in.</summary>
    public RetrievalSettings ToSettings() => Retrieval.ToSettings() with { Collections = [.. Collections], TopK = TopK, Rerank = Rerank };
}

/// <summary>The assistants by name; section <c>Assistants</c>.</summary>
public sealed class AssistantsOptions : Dictionary<string, AssistantOptions>, ISelfValidating
{
    /// <inheritdoc/>
    public IEnumerable<string> Validate() =>
        this.SelectMany(assistant => assistant.Value.Validate().Select(error => $"'{assistant.Key}': {error}"));
}
