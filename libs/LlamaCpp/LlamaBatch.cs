using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Millrace.LlamaCpp.Interop;

namespace Millrace.LlamaCpp;

/// <summary>
/// Tokens to compute in one call, of any number of sequences. Its arrays are allocated once, pinned, and reused: fill, decode, clear.
/// Owned by one thread.
/// </summary>
public sealed unsafe class LlamaBatch
{
    private readonly LlamaToken[] _tokens;
    private readonly int[] _positions;
    private readonly int[] _sequenceCounts;
    private readonly LlamaSequenceId[] _sequences;
    private readonly nint[] _sequencePointers;
    private readonly byte[] _outputs;

    /// <summary>Allocates a batch.</summary>
    /// <param name="capacity">Most tokens that it can hold; more than <see cref="LlamaContext.BatchTokensMax"/> is of no use.</param>
    /// <param name="sequencesPerToken">Most sequences that one token can belong to.</param>
    public LlamaBatch(int capacity, int sequencesPerToken = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sequencesPerToken);
        SequencesPerToken = sequencesPerToken;
        _tokens = Pinned<LlamaToken>(capacity);
        _positions = Pinned<int>(capacity);
        _sequenceCounts = Pinned<int>(capacity);
        _sequences = Pinned<LlamaSequenceId>(checked(capacity * sequencesPerToken));
        _sequencePointers = Pinned<nint>(capacity);
        _outputs = Pinned<byte>(capacity);
        var first = (nint)Pointer(_sequences);
        for (var i = 0; i < capacity; i++) _sequencePointers[i] = first + (i * sequencesPerToken * sizeof(LlamaSequenceId));
    }

    /// <summary>Tokens in the batch.</summary>
    public int Count { get; private set; }

    /// <summary>Most tokens.</summary>
    public int Capacity => _tokens.Length;

    /// <summary>Most sequences per token.</summary>
    public int SequencesPerToken { get; }

    /// <summary>The tokens, in the order in which they were added.</summary>
    public ReadOnlySpan<LlamaToken> Tokens => _tokens.AsSpan(0, Count);

    /// <summary>The tokens' positions in their sequences.</summary>
    public ReadOnlySpan<int> Positions => _positions.AsSpan(0, Count);

    /// <summary>Adds a token.</summary>
    /// <param name="token">A token of the model's vocabulary.</param>
    /// <param name="position">Its position in the sequence, from 0; the sequence's last position plus one.</param>
    /// <param name="sequence">The sequence it belongs to.</param>
    /// <param name="output">Whether logits or an embedding are wanted for it.</param>
    /// <returns>Its index in the batch, by which its output is read.</returns>
    /// <exception cref="InvalidOperationException">The batch is full.</exception>
    public int Add(LlamaToken token, int position, LlamaSequenceId sequence, bool output) => AddShared(token, position, [sequence], output);

    /// <summary>Adds a token that belongs to several sequences, for example a prefix that they share.</summary>
    /// <inheritdoc cref="Add(LlamaToken, int, LlamaSequenceId, bool)"/>
    public int AddShared(LlamaToken token, int position, ReadOnlySpan<LlamaSequenceId> sequences, bool output)
    {
        if (Count == Capacity)
            throw new InvalidOperationException($"The batch is full: it holds {Capacity} tokens. Decode it, or allocate a larger one.");
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfZero(sequences.Length, nameof(sequences));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sequences.Length, SequencesPerToken, nameof(sequences));

        var index = Count++;
        _tokens[index] = token;
        _positions[index] = position;
        _sequenceCounts[index] = sequences.Length;
        sequences.CopyTo(_sequences.AsSpan(index * SequencesPerToken));
        _outputs[index] = output ? (byte)1 : (byte)0;
        return index;
    }

    /// <summary>Empties the batch.</summary>
    public void Clear() => Count = 0;

    /// <summary>The sequences of the token at <paramref name="index"/>.</summary>
    public ReadOnlySpan<LlamaSequenceId> SequencesAt(int index) => _sequences.AsSpan(index * SequencesPerToken, _sequenceCounts[index]);

    /// <summary>Whether an output was asked for at <paramref name="index"/>.</summary>
    public bool HasOutputAt(int index) => index >= 0 && index < Count && _outputs[index] != 0;

    /// <summary>The native view. Valid while this object is alive, because the arrays are pinned.</summary>
    internal NativeBatch View() => new()
    {
        Count = Count,
        Tokens = (int*)Pointer(_tokens),
        Positions = (int*)Pointer(_positions),
        SequenceCounts = (int*)Pointer(_sequenceCounts),
        Sequences = (int**)Pointer(_sequencePointers),
        Outputs = (byte*)Pointer(_outputs),
    };

    private static T[] Pinned<T>(int length) => GC.AllocateArray<T>(length, pinned: true);

    private static void* Pointer<T>(T[] array) => Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));
}
