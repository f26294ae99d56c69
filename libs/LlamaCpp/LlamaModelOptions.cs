namespace Millrace.LlamaCpp;

/// <summary>How a model is loaded.</summary>
public sealed record LlamaModelOptions
{
    /// <summary>Layers kept in GPU memory; -1 means all. Without a GPU back end it has no effect.</summary>
    public int GpuLayers { get; init; } = -1;

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
