namespace Millrace.LlamaCpp;

/// <summary>Outcomes of computing a batch that a caller is expected to handle; errors are exceptions.</summary>
public enum DecodeResult
{
    /// <summary>The batch was computed and its outputs can be read.</summary>
    Ok = 0,

    /// <summary>The cache has no room: nothing was computed. Free sequences or retry with a smaller batch.</summary>
    NoCacheSlot = 1,

    /// <summary>Stopped by <see cref="LlamaContext.RequestAbort"/>. Part of the batch may be in the cache: remove it by position.</summary>
    Aborted = 2,
}
