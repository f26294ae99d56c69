using System.ComponentModel.DataAnnotations;
using Millrace.Inference.Engine;
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

    /// <summary>How long running requests may go on when the process is asked to stop.</summary>
    /// <value>Default 5 seconds.</value>
    public TimeSpan ShutdownGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (ContextTokens > KvCellsMax)
            yield return $"ContextTokens ({ContextTokens}) is above KvCellsMax ({KvCellsMax}): raise KvCellsMax or lower ContextTokens.";
        if (StepTokensMax < SlotsMax)
            yield return $"StepTokensMax ({StepTokensMax}) is below SlotsMax ({SlotsMax}): a step needs room for a token of every slot.";
        if (ChoicesMax > SlotsMax + QueueDepthMax)
            yield return $"ChoicesMax ({ChoicesMax}) is above SlotsMax + QueueDepthMax ({SlotsMax + QueueDepthMax}): "
                + "such a request could never be taken in. Raise QueueDepthMax or lower ChoicesMax.";
        if (GenerationTimeMax <= TimeSpan.Zero || GenerationTimeMax > TimeSpan.FromDays(1))
            yield return "GenerationTimeMax must be above 0 and at most one day.";
        if (ShutdownGrace < TimeSpan.Zero || ShutdownGrace > TimeSpan.FromMinutes(5))
            yield return "ShutdownGrace must be from 0 to 5 minutes.";
    }

    /// <summary>Tokens of one request to a model that was trained with <paramref name="trained"/>.</summary>
    internal int ContextTokensFor(int trained) => Math.Min(ContextTokens > 0 ? ContextTokens : trained, KvCellsMax);

    /// <summary>Cells of a model's cache.</summary>
    internal int KvCellsFor(int trained) => (int)Math.Min((long)SlotsMax * ContextTokensFor(trained), KvCellsMax);

    internal int Threads => ThreadCount > 0 ? ThreadCount : Math.Max(1, Environment.ProcessorCount - 1);

    internal EngineLimits LimitsFor(int trained) => new()
    {
        SlotsMax = SlotsMax,
        QueueDepthMax = QueueDepthMax,
        ContextTokens = ContextTokensFor(trained),
        StepTokensMax = StepTokensMax,
        GenerationTimeMax = GenerationTimeMax,
    };
}
