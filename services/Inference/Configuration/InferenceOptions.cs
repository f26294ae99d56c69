using System.ComponentModel.DataAnnotations;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Inference.Configuration;

/// <summary>Settings of an inference member, section <c>Inference</c>.</summary>
public sealed class InferenceOptions : ISelfValidating
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Inference";

    /// <summary>The default model: a name from the models folder, or the path of a GGUF file.</summary>
    /// <value>Default: the folder's first model that generates, by name.</value>
    public string Model { get; set; } = "";

    /// <summary>Models that may be in memory together.</summary>
    /// <value>Default 2.</value>
    [Range(1, 64, ErrorMessage = "ModelsLoadedMax must be from 1 to 64.")]
    public int ModelsLoadedMax { get; set; } = 2;

    /// <summary>Sequences that are decoded together.</summary>
    /// <value>Default 8.</value>
    [Range(1, 256, ErrorMessage = "SlotsMax must be from 1 to 256.")]
    public int SlotsMax { get; set; } = 8;

    /// <summary>Sequences that may wait for a slot; each choice of a request is one.</summary>
    /// <value>Default 256.</value>
    [Range(1, 65536, ErrorMessage = "QueueDepthMax must be from 1 to 65536.")]
    public int QueueDepthMax { get; set; } = 256;

    /// <summary>Tokens of one request, prompt and answer together; 0 for what the model was trained with.</summary>
    /// <value>Default 0.</value>
    [Range(0, 1 << 24, ErrorMessage = "ContextTokens must be from 0 (the model's own) to 16777216.")]
    public int ContextTokens { get; set; }

    /// <summary>
    /// Cells of the KV cache at most, one per token of all slots together. It bounds memory: a cell of a small model takes some KiB.
    /// </summary>
    /// <value>Default 16,384.</value>
    [Range(256, 1 << 24, ErrorMessage = "KvCellsMax must be from 256 to 16777216.")]
    public int KvCellsMax { get; set; } = 16384;

    /// <summary>Tokens computed in one step: the most by which a long prompt delays everybody's next token.</summary>
    /// <value>Default 512.</value>
    [Range(16, 65536, ErrorMessage = "StepTokensMax must be from 16 to 65536.")]
    public int StepTokensMax { get; set; } = 512;

    /// <summary>
    /// Threads that compute; 0 for one per core but one. The library's threads wait for each other many times per token by spinning, so a
    /// core that somebody else needs as well, this service's own network threads included, slows them all: on two busy cores, 20 tokens
    /// took 8 s with two threads and 40 ms with one.
    /// </summary>
    /// <value>Default 0.</value>
    [Range(0, 512, ErrorMessage = "ThreadCount must be from 0 (one per core but one) to 512.")]
    public int ThreadCount { get; set; }

    /// <summary>Layers on the GPU; -1 for all. Without a GPU it has no effect.</summary>
    /// <value>Default -1.</value>
    [Range(-1, 10000, ErrorMessage = "GpuLayers must be -1 (all) or from 0 to 10000.")]
    public int GpuLayers { get; set; } = -1;

    /// <summary>How a model is spread over several GPUs: <c>none</c>, <c>layer</c> or <c>row</c>.</summary>
    /// <value>Default <c>layer</c>.</value>
    public string SplitMode { get; set; } = "layer";

    /// <summary>The GPU, counted from 0, that has everything (split mode <c>none</c>) or the small parts.</summary>
    /// <value>Default 0.</value>
    [Range(0, 15, ErrorMessage = "MainGpu must be from 0 to 15.")]
    public int MainGpu { get; set; }

    /// <summary>Share of each GPU, such as <c>3,1</c>; empty to share by free memory.</summary>
    /// <value>Default empty.</value>
    public string TensorSplit { get; set; } = "";

    /// <summary>Element type of the cache's keys: <c>f32</c>, <c>f16</c>, <c>bf16</c>, <c>q8_0</c> or <c>q4_0</c>.</summary>
    /// <value>Default <c>f16</c>.</value>
    public string KeyCacheType { get; set; } = "f16";

    /// <summary>Element type of the cache's values; a quantised one needs flash attention.</summary>
    /// <value>Default <c>f16</c>.</value>
    public string ValueCacheType { get; set; } = "f16";

    /// <summary>Fused attention: <c>auto</c>, <c>on</c> or <c>off</c>.</summary>
    /// <value>Default <c>auto</c>.</value>
    public string FlashAttention { get; set; } = "auto";

    /// <summary>Whether model files are mapped into memory rather than read: processes share them.</summary>
    /// <value>Default true.</value>
    public bool MemoryMap { get; set; } = true;

    /// <summary>Whether weights are locked in memory, so that they are never swapped out.</summary>
    /// <value>Default false.</value>
    public bool MemoryLock { get; set; }

    /// <summary>How long a model stays in memory that nobody uses; zero for ever, or until another model needs the room.</summary>
    /// <value>Default 0.</value>
    public TimeSpan KeepAlive { get; set; }

    /// <summary>Bytes that the models in memory may use together, as estimated; 0 for 85% of what was free at start.</summary>
    /// <value>Default 0.</value>
    [Range(0L, long.MaxValue, ErrorMessage = "MemoryBytesMax must be 0 (85% of the free memory) or a number of bytes.")]
    public long MemoryBytesMax { get; set; }

    /// <summary>How long a failed load is remembered: requests meanwhile get its reason at once, unless the file has changed.</summary>
    /// <value>Default 5 seconds.</value>
    public TimeSpan LoadRetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>LoRA adapters of one model.</summary>
    /// <value>Default 16.</value>
    [Range(0, 256, ErrorMessage = "AdaptersMax must be from 0 to 256.")]
    public int AdaptersMax { get; set; } = 16;

    /// <summary>Whether the states of prompts are kept for others that begin alike.</summary>
    /// <value>Default true.</value>
    public bool PrefixCache { get; set; } = true;

    /// <summary>Finished sequences whose state is kept.</summary>
    /// <value>Default 56.</value>
    [Range(0, 240, ErrorMessage = "CachedSequencesMax must be from 0 to 240.")]
    public int CachedSequencesMax { get; set; } = 56;

    /// <summary>
    /// Where the states of finished sequences are kept: in <c>cells</c> of the KV cache that running ones do not need, or in <c>memory</c>
    /// beside it. A processor passes over every cell that holds something, so there it is memory; a GPU does not mind, and copying
    /// from it takes time, so there it is cells.
    /// </summary>
    /// <value>Default <c>auto</c>: <c>cells</c> with layers on a GPU, else <c>memory</c>.</value>
    public string PrefixCachePlace { get; set; } = "auto";

    /// <summary>Tokens of finished sequences that are kept in memory; 0 for half as many as the KV cache has cells.</summary>
    /// <value>Default 0.</value>
    [Range(0, 1 << 24, ErrorMessage = "PrefixCacheTokensMax must be from 0 (half of the KV cells) to 16777216.")]
    public int PrefixCacheTokensMax { get; set; }

    /// <summary>What is different for single models, by name.</summary>
    public Dictionary<string, ModelOptions> Models { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Stop strings of one request.</summary>
    /// <value>Default 16.</value>
    [Range(0, 64, ErrorMessage = "StopStringsMax must be from 0 to 64.")]
    public int StopStringsMax { get; set; } = 16;

    /// <summary>Bytes of one stop string.</summary>
    /// <value>Default 256.</value>
    [Range(1, 4096, ErrorMessage = "StopStringBytesMax must be from 1 to 4096.")]
    public int StopStringBytesMax { get; set; } = 256;

    /// <summary>Choices of one request.</summary>
    /// <value>Default 8.</value>
    [Range(1, 64, ErrorMessage = "ChoicesMax must be from 1 to 64.")]
    public int ChoicesMax { get; set; } = 8;

    /// <summary>How long one request may take, waiting included.</summary>
    /// <value>Default 10 minutes.</value>
    public TimeSpan GenerationTimeMax { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the health check waits for the one token that it asks an idle model for.</summary>
    /// <value>Default 5 seconds.</value>
    public TimeSpan CanaryTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long running requests may go on when the process is asked to stop. Whoever stops it must wait longer than that: the AppHost of
    /// one machine waits 9 seconds, Kubernetes as long as <c>terminationGracePeriodSeconds</c> says.
    /// </summary>
    /// <value>Default 5 seconds.</value>
    public TimeSpan ShutdownGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        foreach (var complaint in ModelOptionsRules.Complaints(this)) yield return complaint;
        if (ChoicesMax > SlotsMax + QueueDepthMax)
            yield return $"ChoicesMax ({ChoicesMax}) is above SlotsMax + QueueDepthMax ({SlotsMax + QueueDepthMax}): "
                + "such a request could never be taken in. Raise QueueDepthMax or lower ChoicesMax.";
        if (GenerationTimeMax <= TimeSpan.Zero || GenerationTimeMax > TimeSpan.FromDays(1))
            yield return "GenerationTimeMax must be above 0 and at most one day.";
        if (CanaryTimeout <= TimeSpan.Zero || CanaryTimeout > TimeSpan.FromMinutes(1))
            yield return "CanaryTimeout must be above 0 and at most one minute.";
        if (ShutdownGrace < TimeSpan.Zero || ShutdownGrace > TimeSpan.FromMinutes(5))
            yield return "ShutdownGrace must be from 0 to 5 minutes.";
        if (LoadRetryDelay < TimeSpan.Zero || LoadRetryDelay > TimeSpan.FromHours(1))
            yield return "LoadRetryDelay must be from 0 to one hour.";
    }
}
