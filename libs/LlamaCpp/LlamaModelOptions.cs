namespace Millrace.LlamaCpp;

/// <summary>How a model is spread over several GPUs.</summary>
public enum SplitMode
{
    /// <summary>One GPU has it all.</summary>
    None = 0,

    /// <summary>Each GPU has whole layers; the default.</summary>
    Layer = 1,

    /// <summary>Each GPU has rows of every matrix.</summary>
    Row = 2,
}

/// <summary>How a model is loaded.</summary>
public sealed record LlamaModelOptions
{
    /// <summary>Most GPUs that a model can be spread over; what the library reads of <see cref="TensorSplit"/>.</summary>
    public const int GpusMax = 16;

    /// <summary>Layers kept in GPU memory; -1 means all. Without a GPU back end it has no effect.</summary>
    public int GpuLayers { get; init; } = -1;

    /// <summary>How it is spread over several GPUs.</summary>
    public SplitMode SplitMode { get; init; } = SplitMode.Layer;

    /// <summary>The GPU, counted from 0, that has everything (<see cref="SplitMode.None"/>) or the small parts.</summary>
    public int MainGpu { get; init; }

    /// <summary>Share of each GPU, in any unit; empty to share by free memory. At most <see cref="GpusMax"/>.</summary>
    public IReadOnlyList<float> TensorSplit { get; init; } = [];

    /// <summary>Map the file instead of reading it: pages are shared between processes and loaded on demand.</summary>
    public bool UseMemoryMap { get; init; } = true;

    /// <summary>Lock the weights in RAM, so that they are never swapped out.</summary>
    public bool UseMemoryLock { get; init; }

    /// <summary>Check every tensor for NaN and infinity while loading; slow.</summary>
    public bool CheckTensors { get; init; }

    /// <summary>Load the vocabulary only: tokenizing works, contexts cannot be created.</summary>
    public bool VocabularyOnly { get; init; }

    /// <summary>Receives the loaded share, 0 to 1, on the loading thread.</summary>
    public IProgress<float>? Progress { get; init; }
}
