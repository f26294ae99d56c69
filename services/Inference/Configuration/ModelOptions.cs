using System.ComponentModel.DataAnnotations;

namespace Millrace.Inference.Configuration;

/// <summary>
/// Settings of one model, section <c>Inference:Models:NAME</c>. What is not set is as for all models of the member.
/// </summary>
public sealed class ModelOptions
{
    /// <summary>Tokens of one request, prompt and answer together; 0 for what the model was trained with.</summary>
    [Range(0, 1 << 24, ErrorMessage = "ContextTokens must be from 0 (the model's own) to 16777216.")]
    public int? ContextTokens { get; set; }

    /// <summary>Cells of the KV cache at most.</summary>
    [Range(256, 1 << 24, ErrorMessage = "KvCellsMax must be from 256 to 16777216.")]
    public int? KvCellsMax { get; set; }

    /// <summary>Sequences that are decoded together.</summary>
    [Range(1, 256, ErrorMessage = "SlotsMax must be from 1 to 256.")]
    public int? SlotsMax { get; set; }

    /// <summary>Tokens computed in one step.</summary>
    [Range(16, 65536, ErrorMessage = "StepTokensMax must be from 16 to 65536.")]
    public int? StepTokensMax { get; set; }

    /// <summary>Threads that compute; 0 for one per core but one.</summary>
    [Range(0, 512, ErrorMessage = "ThreadCount must be from 0 (one per core but one) to 512.")]
    public int? ThreadCount { get; set; }

    /// <summary>Layers on the GPU; -1 for all.</summary>
    [Range(-1, 10000, ErrorMessage = "GpuLayers must be -1 (all) or from 0 to 10000.")]
    public int? GpuLayers { get; set; }

    /// <summary>How it is spread over several GPUs.</summary>
    public string? SplitMode { get; set; }

    /// <summary>The GPU that has everything, or the small parts.</summary>
    [Range(0, 15, ErrorMessage = "MainGpu must be from 0 to 15.")]
    public int? MainGpu { get; set; }

    /// <summary>Share of each GPU.</summary>
    public string? TensorSplit { get; set; }

    /// <summary>Element type of the cache's keys.</summary>
    public string? KeyCacheType { get; set; }

    /// <summary>Element type of the cache's values.</summary>
    public string? ValueCacheType { get; set; }

    /// <summary>Fused attention.</summary>
    public string? FlashAttention { get; set; }

    /// <summary>Whether its file is mapped into memory rather than read.</summary>
    public bool? MemoryMap { get; set; }

    /// <summary>Whether its weights are locked in memory.</summary>
    public bool? MemoryLock { get; set; }

    /// <summary>How long it stays in memory when nobody uses it; zero for ever.</summary>
    public TimeSpan? KeepAlive { get; set; }

    /// <summary>Whether the states of prompts are kept for others that begin alike.</summary>
    public bool? PrefixCache { get; set; }

    /// <summary>Where the states are kept: <c>cells</c>, <c>memory</c> or <c>auto</c>.</summary>
    public string? PrefixCachePlace { get; set; }

    /// <summary>Tokens of finished sequences that are kept in memory; 0 for half as many as the KV cache has cells.</summary>
    [Range(0, 1 << 24, ErrorMessage = "PrefixCacheTokensMax must be from 0 (half of the KV cells) to 16777216.")]
    public int? PrefixCacheTokensMax { get; set; }

    /// <summary>Finished sequences whose state is kept.</summary>
    [Range(0, 240, ErrorMessage = "CachedSequencesMax must be from 0 to 240.")]
    public int? CachedSequencesMax { get; set; }

    /// <summary>Name of the chat template, or <c>file</c> for the file's own; empty to find it out.</summary>
    public string ChatTemplate { get; set; } = "";

    /// <summary>Whether it stays in memory, once loaded, whatever else needs the room.</summary>
    public bool Pinned { get; set; }

    /// <summary>LoRA adapters that are loaded with it, by name.</summary>
    public Dictionary<string, AdapterOptions> Adapters { get; } = new(StringComparer.Ordinal);

    /// <summary>Speculative decoding: <c>none</c>, <c>lookup</c> or <c>draft</c>.</summary>
    public string Speculation { get; set; } = "none";

    /// <summary>The small model that proposes tokens; for the speculation <c>draft</c>.</summary>
    public string DraftModel { get; set; } = "";

    /// <summary>Tokens proposed at a time.</summary>
    [Range(1, 64, ErrorMessage = "DraftTokensMax must be from 1 to 64.")]
    public int DraftTokensMax { get; set; } = 8;
}

/// <summary>A LoRA adapter that is loaded with its model.</summary>
public sealed class AdapterOptions
{
    /// <summary>Name of a GGUF file in the models folder's <c>adapters</c>.</summary>
    public string File { get; set; } = "";

    /// <summary>Strength, above 0 and at most 10.</summary>
    public float Scale { get; set; } = 1;
}
