using Millrace.Inference.Scheduling;

namespace Millrace.Inference.KvCache;

/// <summary>
/// One sequence of the native cache: the computed state of a beginning of a sequence's tokens. While the sequence runs the entry grows with
/// it; afterwards it stays as a cached prefix until its room is needed.
/// </summary>
internal sealed class KvEntry(int id, Sequence sequence, bool isRunning)
{
    /// <summary>The native sequence; -1 once its state was put aside.</summary>
    public int Id { get; set; } = id;

    /// <summary>Its state, when that was put aside; null while it is in the cells.</summary>
    public KvStash? Stash { get; set; }

    /// <summary>The tokens.</summary>
    public Sequence Sequence { get; set; } = sequence;

    /// <summary>Whether its sequence runs; otherwise it is a cached prefix.</summary>
    public bool IsRunning { get; set; } = isRunning;

    /// <summary>Whose state may be shared with it.</summary>
    public CacheKey Key => Sequence.Key;

    /// <summary>Tokens whose state is computed.</summary>
    public int Computed { get; set; }

    /// <summary>Tokens that have a cell; those above <see cref="Computed"/> are computed by the planned step.</summary>
    public int Held { get; set; }

    /// <summary>The computed tokens.</summary>
    public ReadOnlySpan<int> Tokens => Sequence.Tokens[..Math.Min(Computed, Sequence.Count)];

    /// <summary>Its cells, in order.</summary>
    public List<KvSpan> Spans { get; } = [];

    /// <summary>When it was last of use; a count, not a time.</summary>
    public long LastUsed { get; set; }
}

/// <summary>The longest computed beginning of a sequence.</summary>
/// <param name="Entry">The entry that has it; null when there is none worth sharing.</param>
/// <param name="Length">Tokens.</param>
/// <param name="NewCells">Cells that running sequences hold more once one has taken it over.</param>
internal readonly record struct PrefixMatch(KvEntry? Entry, int Length, int NewCells);
