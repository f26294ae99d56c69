namespace Millrace.Inference.Scheduling;

/// <summary>
/// Accounts for the cells of the unified KV cache: one cell holds one token of one sequence. It mirrors what the native cache does, so that
/// a step is known to fit before it is run.
/// </summary>
internal sealed class KvCells(int total)
{
    private readonly Dictionary<long, int> _held = [];

    /// <summary>All cells.</summary>
    public int Total { get; } = total;

    /// <summary>Cells that hold a token, or will after the planned step.</summary>
    public int Used { get; private set; }

    /// <summary>Cells that hold nothing.</summary>
    public int Free => Total - Used;

    /// <summary>Cells that a sequence holds.</summary>
    public int HeldBy(Sequence sequence) => _held.GetValueOrDefault(sequence.Id);

    /// <summary>Gives free cells to a sequence.</summary>
    public void Take(Sequence sequence, int count)
    {
        if (count <= 0 || count > Free) throw new InvalidOperationException($"{count} cells were taken while {Free} were free.");
        _held[sequence.Id] = HeldBy(sequence) + count;
        Used += count;
    }

    /// <summary>Takes back the cells that a step which did not run would have filled.</summary>
    public void Return(Sequence sequence, int count)
    {
        _held[sequence.Id] = HeldBy(sequence) - count;
        Used -= count;
    }

    /// <summary>Frees all cells of a sequence.</summary>
    public void Release(Sequence sequence)
    {
        if (_held.Remove(sequence.Id, out var count)) Used -= count;
    }

    /// <summary>Checks that every used cell has an owner.</summary>
    /// <exception cref="InvalidOperationException">The books do not balance.</exception>
    public void CheckIntegrity(int owners)
    {
        var held = _held.Values.Sum();
        if (Used != held || Used < 0 || Used > Total || _held.Count > owners)
            throw new InvalidOperationException($"{Used} of {Total} cells are used, {held} held by {_held.Count} of {owners} sequences.");
    }
}
