namespace Millrace.Inference.Scheduling;

/// <summary>
/// Sequences that wait for a slot: interactive ones, then batch. Within a class those go first that had a slot and lost it, oldest first;
/// among the others, fairness keys take turns.
/// </summary>
internal sealed class AdmissionQueue
{
    /// <summary>Keys that are looked at in search of one that has less than its share.</summary>
    private const int KeysLookedAtMax = 64;

    private readonly List<Sequence>[] _preempted = [[], []];
    private readonly FairLine[] _lines = [new(), new()];

    /// <summary>Sequences that wait.</summary>
    public int Count { get; private set; }

    /// <summary>The next new sequence of each key, interactive ones first; not those that had a slot before.</summary>
    public IEnumerable<Sequence> FirstOfKeys => _lines[0].Firsts.Take(KeysLookedAtMax).Concat(_lines[1].Firsts.Take(KeysLookedAtMax));

    /// <summary>Who goes next; null when nobody waits.</summary>
    public Sequence? Peek() => PeekIn(SequenceClass.Interactive) ?? PeekIn(SequenceClass.Batch);

    /// <summary>Adds a new sequence.</summary>
    public void Enqueue(Sequence sequence)
    {
        _lines[(int)sequence.Class].Add(sequence);
        Count++;
    }

    /// <summary>Puts back a sequence that lost its slot.</summary>
    public void Return(Sequence sequence)
    {
        var line = _preempted[(int)sequence.Class];
        var index = line.FindIndex(other => other.Id > sequence.Id);
        line.Insert(index < 0 ? line.Count : index, sequence);
        Count++;
    }

    /// <summary>Takes out one that goes now: the next of all, or the next new one of its key.</summary>
    public void Take(Sequence sequence)
    {
        if (!_preempted[(int)sequence.Class].Remove(sequence)) _lines[(int)sequence.Class].Take(sequence);
        Count--;
    }

    /// <summary>Takes out a sequence that no longer wants to go.</summary>
    public bool Remove(Sequence sequence)
    {
        if (!_preempted[(int)sequence.Class].Remove(sequence) && !_lines[(int)sequence.Class].Remove(sequence)) return false;
        Count--;
        return true;
    }

    private Sequence? PeekIn(SequenceClass kind) => _preempted[(int)kind] is [var first, ..] ? first : _lines[(int)kind].Peek();
}
