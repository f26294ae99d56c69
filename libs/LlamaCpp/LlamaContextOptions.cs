namespace Millrace.LlamaCpp;

/// <summary>How per-token embeddings are combined into one vector per sequence.</summary>
public enum PoolingType
{
    /// <summary>Whatever the model's metadata says.</summary>
    FromModel = -1,

    /// <summary>No pooling: one vector per token.</summary>
    None = 0,

    /// <summary>Mean over the sequence's tokens.</summary>
    Mean = 1,

    /// <summary>The first ([CLS]) token's vector.</summary>
    Cls = 2,

    /// <summary>The last token's vector.</summary>
    Last = 3,

    /// <summary>A classification head's scores; used by rerankers.</summary>
    Rank = 4,
}

/// <summary>Whether attention runs as one fused kernel.</summary>
public enum FlashAttention
{
    /// <summary>The library decides by device.</summary>
    Auto = -1,

    /// <summary>Never.</summary>
    Disabled = 0,

    /// <summary>Always; creating the context fails where it is not supported.</summary>
    Enabled = 1,
}

/// <summary>Element type of the key or value cache. Quantised value caches need flash attention.</summary>
public enum CacheElementType
{
    /// <summary>32-bit float.</summary>
    F32 = 0,

    /// <summary>16-bit float, the default.</summary>
    F16 = 1,

    /// <summary>Q4_0: 4-bit blocks of 32 with one scale.</summary>
    Q4 = 2,

    /// <summary>Q8_0: 8-bit blocks of 32 with one scale.</summary>
    Q8 = 8,

    /// <summary>bfloat16.</summary>
    BF16 = 30,
}

/// <summary>Sizes and modes of a context. Zero sizes mean "from the model".</summary>
public sealed record LlamaContextOptions
{
    /// <summary>Cache size in tokens over all sequences; 0 takes the model's training length. Rounded up by the library.</summary>
    public int ContextTokens { get; init; }

    /// <summary>Most tokens in one batch.</summary>
    public int BatchTokensMax { get; init; } = 2048;

    /// <summary>Most tokens computed at once; a batch is cut into pieces of this size. An encoder's batch must fit into one.</summary>
    public int MicroBatchTokensMax { get; init; } = 512;

    /// <summary>Most sequences in the cache at a time.</summary>
    public int SequencesMax { get; init; } = 1;

    /// <summary>
    /// Threads for single-token steps; half the processors by default. The threads of a step wait for each other in busy loops, so with
    /// more threads than free cores a small model's step takes tens of times as long.
    /// </summary>
    public int Threads { get; init; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Threads for batches and prompts; half the processors by default.</summary>
    public int BatchThreads { get; init; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Compute embeddings; without it only logits can be read.</summary>
    public bool Embeddings { get; init; }

    /// <summary>How embeddings are pooled.</summary>
    public PoolingType Pooling { get; init; } = PoolingType.FromModel;

    /// <summary>
    /// One cache shared by all sequences, so that a sequence may use all of it and prefixes are shared without a copy.
    /// Otherwise each sequence has <see cref="ContextTokens"/> / <see cref="SequencesMax"/> of its own.
    /// </summary>
    public bool UnifiedCache { get; init; }

    /// <summary>
    /// Keep all tokens of layers with a sliding window, not the window only, so that sequences can be cut and shared anywhere. Takes more
    /// memory; without such layers it has no effect.
    /// </summary>
    public bool SlidingWindowWhole { get; init; } = true;

    /// <summary>Fused attention.</summary>
    public FlashAttention FlashAttention { get; init; } = FlashAttention.Auto;

    /// <summary>Element type of the key cache.</summary>
    public CacheElementType KeyCacheType { get; init; } = CacheElementType.F16;

    /// <summary>Element type of the value cache.</summary>
    public CacheElementType ValueCacheType { get; init; } = CacheElementType.F16;

    /// <summary>Keep the cache and its operations on the GPU where there is one.</summary>
    public bool OffloadCache { get; init; } = true;

    /// <summary>Make <see cref="LlamaContext.RequestAbort"/> work. Costs one native-to-managed call per graph node; CPU only.</summary>
    public bool Abortable { get; init; }
}
