using Millrace.LlamaCpp.Interop;
using Millrace.LlamaCpp.Logging;

namespace Millrace.LlamaCpp;

/// <summary>
/// A model at work: its cache and its compute buffers. Owned by one thread at a time; only <see cref="RequestAbort"/> may be called from
/// another. Spans that it returns are valid until the next call that computes, or until it is disposed.
/// </summary>
public sealed unsafe class LlamaContext : IDisposable
{
    private const int InvalidBatch = -1;
    private const string LongSharedCache = "> n_ctx_train";

    private readonly LlamaContextHandle _handle;
    private readonly AbortFlag? _abort;
    private readonly BatchRules _rules;
    private readonly int _vocabCount;
    private bool _causal;
    private IReadOnlyList<AdapterUse> _adapters = [];

    private LlamaContext(LlamaModel model, LlamaContextOptions options, LlamaContextHandle handle, AbortFlag? abort)
    {
        Model = model;
        _handle = handle;
        _abort = abort;
        _vocabCount = model.Vocab.Count;
        _causal = model.GetMetadata($"{model.Metadata.Architecture}.attention.causal") != "false";
        ContextTokens = handle.ContextTokens();
        BatchTokensMax = handle.BatchTokens();
        MicroBatchTokensMax = handle.MicroBatchTokens();
        SequencesMax = handle.Sequences();
        Pooling = (PoolingType)handle.Pooling();
        UnifiedCache = options.UnifiedCache || SequencesMax == 1;
        Embeddings = options.Embeddings;
        Memory = handle.Memory() is var memory and not 0 ? new(this, new LlamaMemoryHandle(handle, memory)) : null;
        PositionsMax = Memory is null || model.Metadata.HasLearnedPositions ? model.Metadata.ContextTokensTrained : int.MaxValue;
        SequenceTokensMax = Math.Min(handle.SequenceTokens(), PositionsMax);
        _rules = new(this);
    }

    /// <summary>The model.</summary>
    public LlamaModel Model { get; }

    /// <summary>Cache size in tokens, over all sequences.</summary>
    public int ContextTokens { get; }

    /// <summary>Most tokens of one sequence.</summary>
    public int SequenceTokensMax { get; }

    /// <summary>Most tokens in a batch.</summary>
    public int BatchTokensMax { get; }

    /// <summary>Most tokens computed at once; the limit of an encoder's batch.</summary>
    public int MicroBatchTokensMax { get; }

    /// <summary>Most sequences; their ids are 0 to <c>SequencesMax - 1</c>.</summary>
    public int SequencesMax { get; }

    /// <summary>Whether all sequences share one cache.</summary>
    public bool UnifiedCache { get; }

    /// <summary>How embeddings are pooled; never <see cref="PoolingType.FromModel"/>.</summary>
    public PoolingType Pooling { get; }

    /// <summary>Whether embeddings are computed.</summary>
    public bool Embeddings { get; private set; }

    /// <summary>The cache; null for encoders such as BERT, which have none.</summary>
    public LlamaMemory? Memory { get; }

    /// <summary>Positions that the model has; unlimited for those that compute theirs.</summary>
    internal int PositionsMax { get; }

    /// <summary>
    /// Computes a batch and adds it to the cache. Encoders without a cache are run the same way.
    /// </summary>
    /// <exception cref="ArgumentException">The batch breaks a rule of the library; nothing was computed.</exception>
    /// <exception cref="LlamaException">The library failed while computing; clear the sequences concerned.</exception>
    public DecodeResult Decode(LlamaBatch batch)
    {
        _rules.Check(batch, Memory is not null && _causal ? BatchTokensMax : MicroBatchTokensMax);
        NativeLog.ForgetError();
        var code = _handle.Decode(batch.View());
        GC.KeepAlive(batch);
        return Outcome(code);
    }

    /// <summary>Runs the encoder of an encoder-decoder model, or an encoder alone.</summary>
    /// <inheritdoc cref="Decode"/>
    /// <exception cref="InvalidOperationException">The model has no encoder.</exception>
    public DecodeResult Encode(LlamaBatch batch)
    {
        if (Memory is not null && !Model.Metadata.HasEncoder)
            throw new InvalidOperationException($"{Model.Path} has no encoder; use Decode.");
        _rules.Check(batch, MicroBatchTokensMax);
        NativeLog.ForgetError();
        var code = _handle.Encode(batch.View());
        GC.KeepAlive(batch);
        return Outcome(code);
    }

    /// <summary>Logits after the batch's token at <paramref name="batchIndex"/>, one per vocabulary entry.</summary>
    /// <exception cref="InvalidOperationException">That token was not marked for output in the last batch.</exception>
    public ReadOnlySpan<float> GetLogits(int batchIndex) =>
        Output(batchIndex < 0 ? null : _handle.Logits(batchIndex), _vocabCount, batchIndex);

    /// <summary>The embedding of the batch's token at <paramref name="batchIndex"/>; for contexts without pooling.</summary>
    /// <exception cref="InvalidOperationException">The context computes no embeddings, or none for that token.</exception>
    public ReadOnlySpan<float> GetTokenEmbedding(int batchIndex)
    {
        RequireEmbeddings();
        return Output(batchIndex < 0 ? null : _handle.TokenEmbedding(batchIndex), Model.Metadata.EmbeddingOutputLength, batchIndex);
    }

    /// <summary>
    /// The pooled embedding of a sequence in the last batch; with <see cref="PoolingType.Rank"/> its scores.
    /// </summary>
    /// <exception cref="InvalidOperationException">No pooled embeddings are computed, or none for this sequence.</exception>
    public ReadOnlySpan<float> GetSequenceEmbedding(LlamaSequenceId sequence)
    {
        RequireEmbeddings();
        CheckSequence(sequence);
        if (Pooling == PoolingType.None)
            throw new InvalidOperationException("This context does not pool; read embeddings by token, or create it with a pooling type.");
        var pointer = _handle.SequenceEmbedding(sequence.Id);
        if (pointer is null) throw new InvalidOperationException($"Sequence {sequence} was not in the last batch.");
        return new(pointer, Pooling == PoolingType.Rank ? Model.Metadata.ClassifierOutputs : Model.Metadata.EmbeddingOutputLength);
    }

    /// <summary>Turns embeddings on or off for the batches that follow.</summary>
    public void SetEmbeddings(bool enabled)
    {
        _handle.SetEmbeddings(enabled);
        Embeddings = enabled;
    }

    /// <summary>
    /// Whether tokens attend to earlier tokens only. Where they do not, a batch must fit into <see cref="MicroBatchTokensMax"/>.
    /// </summary>
    public void SetCausalAttention(bool enabled)
    {
        _handle.SetCausalAttention(enabled);
        _causal = enabled;
    }

    /// <summary>Sets the number of threads for single-token steps and for batches.</summary>
    public void SetThreads(int threads, int batchThreads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, ContextRules.ThreadsMax);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchThreads);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batchThreads, ContextRules.ThreadsMax);
        _handle.SetThreads(threads, batchThreads);
    }

    /// <summary>Replaces the adapters in use. They apply to the whole context, so a batch must hold one combination only.</summary>
    /// <param name="adapters">Adapters of this model with their strength; empty to use none.</param>
    public void SetAdapters(params IReadOnlyList<(LlamaAdapter Adapter, float Scale)> adapters)
    {
        foreach (var (adapter, _) in adapters)
            if (!ReferenceEquals(adapter.Model, Model))
                throw new ArgumentException($"{adapter.Path} was loaded for another model than this context's.", nameof(adapters));

        var uses = adapters.Select(entry => new AdapterUse(entry.Adapter.Handle)).ToArray();
        var code = _handle.SetAdapters([.. uses.Select(use => use.Pointer)], [.. adapters.Select(entry => entry.Scale)]);
        ReleaseAdapters();
        _adapters = uses;
        if (code != 0) throw new LlamaException(LlamaFailure.ComputeFailed, $"The adapters could not be set (code {code}).");
    }

    /// <summary>Size in bytes of a sequence's state as it is now.</summary>
    public long GetStateBytes(LlamaSequenceId sequence)
    {
        CheckSequence(sequence);
        return _handle.StateSizeBytes(sequence.Id);
    }

    /// <summary>Copies a sequence's state out.</summary>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than <see cref="GetStateBytes"/>.</exception>
    public int SaveState(LlamaSequenceId sequence, Span<byte> destination)
    {
        var size = GetStateBytes(sequence);
        if (destination.Length < size)
            throw new ArgumentException($"The state of sequence {sequence} takes {size} bytes.", nameof(destination));
        return (int)_handle.SaveState(sequence.Id, destination);
    }

    /// <summary>Puts a saved state into a sequence, whose own state is replaced.</summary>
    /// <exception cref="LlamaException">The state is damaged, from another model, or does not fit into the cache.</exception>
    public void RestoreState(LlamaSequenceId sequence, ReadOnlySpan<byte> state)
    {
        CheckSequence(sequence);
        NativeLog.ForgetError();
        if (state.IsEmpty || _handle.RestoreState(sequence.Id, state) == 0)
            throw new LlamaException(
                LlamaFailure.StateInvalid,
                $"The saved state does not fit sequence {sequence} of this context{NativeLog.Explanation()}; compute it again");
    }

    /// <summary>Waits until everything submitted has been computed; reading an output does so anyway.</summary>
    public void Synchronize() => _handle.Synchronize();

    /// <summary>
    /// Makes a running or the next <see cref="Decode"/> return <see cref="DecodeResult.Aborted"/>, until <see cref="ResetAbort"/>. May be
    /// called from any thread.
    /// </summary>
    /// <exception cref="InvalidOperationException">The context was created without <see cref="LlamaContextOptions.Abortable"/>.</exception>
    public void RequestAbort() => RequireAbort().Set(true);

    /// <summary>Lets decoding go on after <see cref="RequestAbort"/>.</summary>
    public void ResetAbort() => RequireAbort().Set(false);

    /// <summary>Frees the context.</summary>
    public void Dispose()
    {
        Memory?.Release();
        _handle.Dispose();
        ReleaseAdapters();
        _abort?.Dispose();
    }

    internal static LlamaContext Create(LlamaModel model, LlamaRuntime runtime, LlamaContextOptions options)
    {
        ContextRules.Check(options, runtime.SequencesMax);
        var abort = options.Abortable ? new AbortFlag() : null;
        var parameters = runtime.ContextDefaults;
        runtime.ContextLayout.Write(parameters.Bytes, options, abort is null ? 0 : AbortFlag.Callback, abort?.State ?? 0);
        NativeLog.ForgetError();

        // A cache that sequences share is meant to be longer than any one of them, which the library takes for a mistake.
        var expected = options.UnifiedCache && options.SequencesMax > 1 ? LongSharedCache : null;
        var handle = NativeLog.Expecting(expected, () => LlamaContextHandle.Create(model.Handle, parameters));
        if (handle is not null) return new(model, options, handle, abort);

        abort?.Dispose();
        throw new LlamaException(
            LlamaFailure.ContextFailed,
            $"No context of {options.ContextTokens} tokens for {model.Path}{NativeLog.Explanation()}; "
                + "use fewer tokens or sequences, or a smaller cache type");
    }

    internal void CheckSequence(LlamaSequenceId sequence)
    {
        if ((uint)sequence.Id >= (uint)SequencesMax)
            throw new ArgumentOutOfRangeException(nameof(sequence), sequence.Id, $"Sequences of this context are 0 to {SequencesMax - 1}.");
    }

    private static DecodeResult Outcome(int code) => code switch
    {
        0 or 1 or 2 => (DecodeResult)code,
        InvalidBatch => throw new ArgumentException($"llama.cpp refused the batch{NativeLog.Explanation()}."),
        _ => throw new LlamaException(
            LlamaFailure.ComputeFailed, $"llama.cpp failed with code {code}{NativeLog.Explanation()}; clear the sequences of the batch"),
    };

    private static ReadOnlySpan<float> Output(float* values, int length, int batchIndex) => values is not null
        ? new(values, length)
        : throw new InvalidOperationException($"Token {batchIndex} of the last batch was not marked for output.");

    private void RequireEmbeddings()
    {
        if (!Embeddings) throw new InvalidOperationException("This context computes no embeddings; create it with Embeddings = true.");
    }

    private AbortFlag RequireAbort() =>
        _abort ?? throw new InvalidOperationException("This context cannot be aborted; create it with Abortable = true.");

    private void ReleaseAdapters()
    {
        foreach (var use in _adapters) use.Dispose();
        _adapters = [];
    }
}
