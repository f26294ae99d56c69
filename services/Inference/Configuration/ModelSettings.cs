using System.Globalization;
using Millrace.Inference.Engine;
using Millrace.LlamaCpp;

namespace Millrace.Inference.Configuration;

/// <summary>How tokens are proposed ahead of the model.</summary>
internal enum SpeculationMode
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Tokens that followed the last ones earlier in the text.</summary>
    Lookup,

    /// <summary>By a small model.</summary>
    Draft,
}

/// <summary>Where the states of finished sequences are kept.</summary>
internal enum PrefixPlace
{
    /// <summary>Where it is best on this machine.</summary>
    Auto,

    /// <summary>In cells that running sequences do not need.</summary>
    Cells,

    /// <summary>In memory beside the cells.</summary>
    Memory,
}

/// <summary>A LoRA adapter to load.</summary>
/// <param name="File">Name of a GGUF file in the folder of adapters.</param>
/// <param name="Scale">Strength.</param>
internal sealed record AdapterSettings(string File, float Scale);

/// <summary>The settings of one model: its own, and the member's where it has none. They have been checked.</summary>
internal sealed record ModelSettings
{
    /// <summary>Sequences that a context of the library can have.</summary>
    public const int SequencesMax = 256;

    private const int MicroBatchTokensMax = 512;

    /// <summary>Tokens of one request; 0 for what the model was trained with.</summary>
    public required int ContextTokens { get; init; }

    /// <summary>Cells of the KV cache at most.</summary>
    public required int KvCellsMax { get; init; }

    /// <summary>Sequences that are decoded together.</summary>
    public required int SlotsMax { get; init; }

    /// <summary>Sequences that may wait.</summary>
    public required int QueueDepthMax { get; init; }

    /// <summary>Tokens computed in one step.</summary>
    public required int StepTokensMax { get; init; }

    /// <summary>Tokens that the library computes at once, within a step.</summary>
    public int MicroBatchTokens => Math.Min(StepTokensMax, MicroBatchTokensMax);

    /// <summary>How long one request may take.</summary>
    public required TimeSpan GenerationTimeMax { get; init; }

    /// <summary>Threads that compute.</summary>
    public required int Threads { get; init; }

    /// <summary>How the file is loaded.</summary>
    public required LlamaModelOptions Loading { get; init; }

    /// <summary>Element type of the cache's keys.</summary>
    public required CacheElementType KeyCacheType { get; init; }

    /// <summary>Element type of the cache's values.</summary>
    public required CacheElementType ValueCacheType { get; init; }

    /// <summary>Fused attention.</summary>
    public required FlashAttention FlashAttention { get; init; }

    /// <summary>Name of the chat template, or <c>file</c>; empty to find it out.</summary>
    public required string ChatTemplate { get; init; }

    /// <summary>How long it stays in memory when nobody uses it; zero for ever.</summary>
    public required TimeSpan KeepAlive { get; init; }

    /// <summary>Whether it stays in memory, once loaded.</summary>
    public required bool Pinned { get; init; }

    /// <summary>LoRA adapters that are loaded with it.</summary>
    public required IReadOnlyDictionary<string, AdapterSettings> Adapters { get; init; }

    /// <summary>How tokens are proposed ahead of the model.</summary>
    public required SpeculationMode Speculation { get; init; }

    /// <summary>The small model that proposes tokens; empty without <see cref="SpeculationMode.Draft"/>.</summary>
    public required string DraftModel { get; init; }

    /// <summary>Tokens proposed at a time.</summary>
    public required int DraftTokensMax { get; init; }

    /// <summary>Whether the states of prompts are kept for others that begin alike.</summary>
    public required bool PrefixCache { get; init; }

    /// <summary>Finished sequences whose state is kept, as far as the library has sequences left beside the slots.</summary>
    public required int CachedSequencesMax { get; init; }

    /// <summary>Where the states are kept.</summary>
    public required PrefixPlace PrefixCachePlace { get; init; }

    /// <summary>Tokens of finished sequences that are kept in memory; 0 for half as many as there are cells.</summary>
    public required int PrefixCacheTokensMax { get; init; }

    /// <summary>The settings of the model <paramref name="name"/>.</summary>
    public static ModelSettings Of(InferenceOptions member, string name)
    {
        var own = member.Models.GetValueOrDefault(name) ?? new ModelOptions();
        var threads = own.ThreadCount ?? member.ThreadCount;
        var slots = own.SlotsMax ?? member.SlotsMax;
        return new ModelSettings
        {
            ContextTokens = own.ContextTokens ?? member.ContextTokens,
            KvCellsMax = own.KvCellsMax ?? member.KvCellsMax,
            SlotsMax = slots,
            QueueDepthMax = member.QueueDepthMax,
            StepTokensMax = own.StepTokensMax ?? member.StepTokensMax,
            GenerationTimeMax = member.GenerationTimeMax,
            Threads = threads > 0 ? threads : Math.Max(1, Environment.ProcessorCount - 1),
            Loading = LoadingOf(member, own),
            KeyCacheType = SettingValues.CacheTypes[own.KeyCacheType ?? member.KeyCacheType],
            ValueCacheType = SettingValues.CacheTypes[own.ValueCacheType ?? member.ValueCacheType],
            FlashAttention = SettingValues.FlashAttentions[own.FlashAttention ?? member.FlashAttention],
            ChatTemplate = own.ChatTemplate,
            KeepAlive = own.KeepAlive ?? member.KeepAlive,
            Pinned = own.Pinned,
            Adapters = own.Adapters.ToDictionary(entry => entry.Key, entry => new AdapterSettings(entry.Value.File, entry.Value.Scale)),
            Speculation = SettingValues.Speculations[own.Speculation],
            DraftModel = own.DraftModel,
            DraftTokensMax = own.DraftTokensMax,
            PrefixCache = own.PrefixCache ?? member.PrefixCache,
            PrefixCachePlace = SettingValues.PrefixPlaces[own.PrefixCachePlace ?? member.PrefixCachePlace],
            PrefixCacheTokensMax = own.PrefixCacheTokensMax ?? member.PrefixCacheTokensMax,
            CachedSequencesMax = Math.Min(own.CachedSequencesMax ?? member.CachedSequencesMax, SequencesMax - slots),
        };
    }

    /// <summary>Tokens of one request to a model that was trained with <paramref name="trained"/>.</summary>
    public int ContextTokensFor(int trained) => Math.Min(ContextTokens > 0 ? ContextTokens : trained, KvCellsMax);

    /// <summary>Cells of the cache of a model that was trained with <paramref name="trained"/> tokens.</summary>
    public int KvCellsFor(int trained) => (int)Math.Min((long)SlotsMax * ContextTokensFor(trained), KvCellsMax);

    /// <summary>
    /// Finished sequences whose state is kept. A model that keeps a state instead of a cache cannot be cut, so nothing of it is.
    /// </summary>
    public int CachedSequences(bool canCut) => PrefixCache && canCut && CachedSequencesMax > 0 ? Math.Max(2, CachedSequencesMax) : 0;

    /// <summary>Tokens of finished sequences that are kept in memory; 0 when they stay in the cells.</summary>
    public int StashedTokens(int trained, bool canCut)
    {
        if (CachedSequences(canCut) == 0 || KeepsInCells) return 0;
        return PrefixCacheTokensMax > 0 ? PrefixCacheTokensMax : Math.Max(1, KvCellsFor(trained) / 2);
    }

    /// <summary>What an engine of it may use.</summary>
    public EngineLimits LimitsFor(int trained, bool canCut) => new()
    {
        SlotsMax = SlotsMax,
        QueueDepthMax = QueueDepthMax,
        ContextTokens = ContextTokensFor(trained),
        StepTokensMax = StepTokensMax,
        CachedSequencesMax = CachedSequences(canCut),
        StashedTokensMax = StashedTokens(trained, canCut),
        GenerationTimeMax = GenerationTimeMax,
    };

    /// <summary>The context of its engine.</summary>
    /// <param name="trained">Tokens that the model was trained with.</param>
    /// <param name="canCut">Whether sequences of it can be cut, and their beginnings be shared.</param>
    public LlamaContextOptions ContextFor(int trained, bool canCut) => new()
    {
        ContextTokens = KvCellsFor(trained),
        BatchTokensMax = StepTokensMax,
        MicroBatchTokensMax = MicroBatchTokens,
        SequencesMax = SlotsMax + (KeepsInCells ? CachedSequences(canCut) : 0),
        SlidingWindowWhole = CachedSequences(canCut) > 0,
        Threads = Threads,
        BatchThreads = Threads,
        FlashAttention = FlashAttention,
        KeyCacheType = KeyCacheType,
        ValueCacheType = ValueCacheType,

        // States that stay in the cells are shared by sharing cells. Otherwise, when every slot can have a whole context, each has cells of
        // its
        // own: attention then looks at no other slot's.
        UnifiedCache = (CachedSequences(canCut) > 0 && KeepsInCells) || KvCellsFor(trained) < (long)SlotsMax * ContextTokensFor(trained),
    };

    private bool KeepsInCells => PrefixCachePlace == PrefixPlace.Cells
        || (PrefixCachePlace == PrefixPlace.Auto && Loading.GpuLayers != 0 && LlamaRuntime.HasGpu);

    private static LlamaModelOptions LoadingOf(InferenceOptions member, ModelOptions own) => new()
    {
        GpuLayers = own.GpuLayers ?? member.GpuLayers,
        SplitMode = SettingValues.SplitModes[own.SplitMode ?? member.SplitMode],
        MainGpu = own.MainGpu ?? member.MainGpu,
        TensorSplit = SettingValues.Shares(own.TensorSplit ?? member.TensorSplit) ?? [],
        UseMemoryMap = own.MemoryMap ?? member.MemoryMap,
        UseMemoryLock = own.MemoryLock ?? member.MemoryLock,
    };
}

/// <summary>The words that settings take, and what they mean.</summary>
internal static class SettingValues
{
    private const float ShareMax = 1e6f;

    public static readonly IReadOnlyDictionary<string, CacheElementType> CacheTypes =
        new Dictionary<string, CacheElementType>(StringComparer.OrdinalIgnoreCase)
        {
            ["f32"] = CacheElementType.F32,
            ["f16"] = CacheElementType.F16,
            ["bf16"] = CacheElementType.BF16,
            ["q8_0"] = CacheElementType.Q8,
            ["q4_0"] = CacheElementType.Q4,
        };

    public static readonly IReadOnlyDictionary<string, FlashAttention> FlashAttentions =
        new Dictionary<string, FlashAttention>(StringComparer.OrdinalIgnoreCase)
        {
            ["auto"] = FlashAttention.Auto,
            ["on"] = FlashAttention.Enabled,
            ["off"] = FlashAttention.Disabled,
        };

    public static readonly IReadOnlyDictionary<string, SplitMode> SplitModes =
        new Dictionary<string, SplitMode>(StringComparer.OrdinalIgnoreCase)
        {
            ["none"] = SplitMode.None,
            ["layer"] = SplitMode.Layer,
            ["row"] = SplitMode.Row,
        };

    public static readonly IReadOnlyDictionary<string, PrefixPlace> PrefixPlaces =
        new Dictionary<string, PrefixPlace>(StringComparer.OrdinalIgnoreCase)
        {
            ["auto"] = PrefixPlace.Auto,
            ["cells"] = PrefixPlace.Cells,
            ["memory"] = PrefixPlace.Memory,
        };

    public static readonly IReadOnlyDictionary<string, SpeculationMode> Speculations =
        new Dictionary<string, SpeculationMode>(StringComparer.OrdinalIgnoreCase)
        {
            ["none"] = SpeculationMode.None,
            ["lookup"] = SpeculationMode.Lookup,
            ["draft"] = SpeculationMode.Draft,
        };

    /// <summary>The shares of <c>3,1</c>; null when the text is none.</summary>
    public static float[]? Shares(string text)
    {
        if (text.Length == 0) return [];
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        var shares = new float[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            var isNumber = float.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out shares[i]);
            if (!isNumber || shares[i] is not (>= 0 and <= ShareMax)) return null;
        }

        return parts.Length <= LlamaModelOptions.GpusMax ? shares : null;
    }
}
