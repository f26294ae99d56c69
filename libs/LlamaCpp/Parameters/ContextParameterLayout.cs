namespace Millrace.LlamaCpp.Parameters;

/// <summary>
/// Where the fields of <c>llama_context_params</c> stand. Releases differ in how many sizes precede the two thread counts and in
/// whether a context type follows them; everything after is at a fixed distance.
/// </summary>
/// <param name="Release">The llama.cpp release the layout was read from.</param>
/// <param name="Threads">Byte offset of <c>n_threads</c>.</param>
/// <param name="HasContextType">Whether <c>ctx_type</c> follows the thread counts.</param>
internal sealed record ContextParameterLayout(string Release, int Threads, bool HasContextType)
{
    private const int ContextTokens = 0;
    private const int BatchTokens = 4;
    private const int MicroBatchTokens = 8;
    private const int Sequences = 12;
    private const int FirstExtraSize = 16;

    /// <summary>Every layout known, newest first.</summary>
    public static IReadOnlyList<ContextParameterLayout> Known { get; } =
    [
        new("b10068", 24, true),
        new("c0c7e147", 20, true),
        new("b8390", 16, false),
    ];

    /// <summary>Size of the whole struct in bytes.</summary>
    public int SizeBytes => Samplers + 16;

    private int BatchThreads => Threads + 4;

    private int RopeScaling => Threads + (HasContextType ? 12 : 8);

    private int Pooling => RopeScaling + 4;

    private int Attention => RopeScaling + 8;

    private int FlashAttention => RopeScaling + 12;

    private int EvalCallback => Align8(RopeScaling + 48);

    private int KeyType => EvalCallback + 16;

    private int ValueType => EvalCallback + 20;

    private int AbortCallback => EvalCallback + 24;

    private int AbortState => EvalCallback + 32;

    private int Embeddings => EvalCallback + 40;

    private int OffloadCache => Embeddings + 1;

    private int SlidingWindowWhole => Embeddings + 4;

    private int UnifiedCache => Embeddings + 5;

    private int Samplers => Align8(Embeddings + 6);

    /// <summary>Recognises the layout from the defaults that the library filled in.</summary>
    /// <exception cref="LlamaException">No known layout fits; the message names <paramref name="libraryPath"/>.</exception>
    public static ContextParameterLayout Recognize(ReadOnlySpan<byte> defaults, string libraryPath)
    {
        foreach (var layout in Known)
            if (layout.Matches(defaults))
                return layout;

        throw UnknownLayout.Of("llama_context_params", libraryPath);
    }

    /// <summary>Writes the options over the defaults.</summary>
    public void Write(Span<byte> blob, LlamaContextOptions options, nint abortCallback, nint abortState)
    {
        WriteSizes(blob, options);
        blob.WriteInt(Pooling, (int)options.Pooling);
        blob.WriteInt(FlashAttention, (int)options.FlashAttention);
        blob.WriteInt(KeyType, (int)options.KeyCacheType);
        blob.WriteInt(ValueType, (int)options.ValueCacheType);
        blob.WritePointer(AbortCallback, abortCallback);
        blob.WritePointer(AbortState, abortState);
        blob.WriteBool(Embeddings, options.Embeddings);
        blob.WriteBool(OffloadCache, options.OffloadCache);
        blob.WriteBool(SlidingWindowWhole, options.SlidingWindowWhole);
        blob.WriteBool(UnifiedCache, options.UnifiedCache);
    }

    private void WriteSizes(Span<byte> blob, LlamaContextOptions options)
    {
        blob.WriteInt(ContextTokens, options.ContextTokens);
        blob.WriteInt(BatchTokens, options.BatchTokensMax);
        blob.WriteInt(MicroBatchTokens, Math.Min(options.MicroBatchTokensMax, options.BatchTokensMax));
        blob.WriteInt(Sequences, options.SequencesMax);
        blob.WriteInt(Threads, options.Threads);
        blob.WriteInt(BatchThreads, options.BatchThreads);
    }

    private bool Matches(ReadOnlySpan<byte> blob) => SizesMatch(blob) && ModesMatch(blob) && CallbacksMatch(blob) && FlagsMatch(blob);

    private bool SizesMatch(ReadOnlySpan<byte> blob)
    {
        var known = blob.ReadInt(ContextTokens) == 512 && blob.ReadInt(BatchTokens) == 2048
            && blob.ReadInt(MicroBatchTokens) == 512 && blob.ReadInt(Sequences) == 1
            && blob.ReadInt(Threads) == 4 && blob.ReadInt(BatchThreads) == 4;
        return known && blob[FirstExtraSize..Threads].IndexOfAnyExcept((byte)0) < 0;
    }

    private bool ModesMatch(ReadOnlySpan<byte> blob) =>
        (!HasContextType || blob.ReadInt(Threads + 8) == 0)
        && blob.ReadInt(RopeScaling) == -1 && blob.ReadInt(Pooling) == -1
        && blob.ReadInt(Attention) == -1 && blob.ReadInt(FlashAttention) == -1;

    private bool CallbacksMatch(ReadOnlySpan<byte> blob) =>
        blob.ReadPointer(EvalCallback) == 0 && blob.ReadPointer(EvalCallback + 8) == 0
        && blob.ReadInt(KeyType) == 1 && blob.ReadInt(ValueType) == 1
        && blob.ReadPointer(AbortCallback) == 0 && blob.ReadPointer(AbortState) == 0
        && blob.ReadPointer(Samplers) == 0 && blob.ReadPointer(Samplers + 8) == 0;

    private bool FlagsMatch(ReadOnlySpan<byte> blob) =>
        blob.Slice(Embeddings, 4).SequenceEqual<byte>([0, 1, 1, 1]) && blob.Slice(Embeddings + 4, 2).IndexOfAnyExcept((byte)0, (byte)1) < 0;

    private static int Align8(int offset) => (offset + 7) & ~7;
}
