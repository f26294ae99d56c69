namespace Millrace.Inference.Scheduling;

/// <summary>
/// Sequences that wait for a slot. First those that had one and were preempted, oldest first; then interactive ones, then batch; within a
/// class, fairness keys take turns.
/// </summary>
internal sealed class AdmissionQueue
{
    private readonly List<Sequence> _preempted = [];
    private readonly FairLine[] _lines = [new(), new()];

    /// <summary>Sequences that wait.</summary>
    public int Count { get; private set; }

    /// <summary>Who goes next; null when nobody waits.</summary>
    public Sequence? Peek() => _preempted.Count > 0 ? _preempted[0] : _lines[0].Peek() ?? _lines[1].Peek();

    /// <summary>Adds a new sequence.</summary>
    public void Enqueue(Sequence sequence)
    {
        _lines[(int)sequence.Class].Add(sequence);
        Count++;
    }

    /// <summary>Puts back a sequence that lost its slot.</summary>
    public void Return(Sequence sequence)
    {
        var index = _preempted.FindIndex(other => other.Id > sequence.Id);
        _preempted.Insert(index < 0 ? _preempted.Count : index, sequence);
        Count++;
    }

    /// <summary>Takes out the one that goes next.</summary>
    public void Dequeue()
    {
        if (_preempted.Count > 0) _preempted.RemoveAt(0);
        else if (_lines[0].Peek() is not null) _lines[0].TakeTurn();
        else _lines[1].TakeTurn();
        Count--;
    }

    /// <summary>Takes out a sequence that no longer wants to go.</summary>
    public bool Remove(Sequence sequence)
    {
        if (!_preempted.Remove(sequence) && !_lines[(int)sequence.Class].Remove(sequence)) return false;
        Count--;
        return true;
    }
}
