namespace Millrace.Inference.Scheduling;

/// <summary>
/// A waiting line in which keys take turns: one sequence of each key, then the next round. Within a key the oldest goes first.
/// </summary>
internal sealed class FairLine
{
    private readonly Dictionary<string, LinkedList<Sequence>> _byKey = new(StringComparer.Ordinal);
    private readonly LinkedList<string> _turns = [];

    /// <summary>Whose turn it is; null when nobody waits.</summary>
    public Sequence? Peek() => _turns.First is { } turn ? _byKey[turn.Value].First?.Value : null;

    /// <summary>The oldest of each key, in the order of turns.</summary>
    public IEnumerable<Sequence> Firsts
    {
        get
        {
            foreach (var key in _turns)
                if (_byKey[key].First is { } first)
                    yield return first.Value;
        }
    }

    /// <summary>Adds a sequence behind those of its key.</summary>
    public void Add(Sequence sequence)
    {
        if (!_byKey.TryGetValue(sequence.FairnessKey, out var line))
        {
            _byKey[sequence.FairnessKey] = line = [];
            _turns.AddLast(sequence.FairnessKey);
        }

        line.AddLast(sequence);
    }

    /// <summary>Takes out a sequence that goes now; its key's next turn comes after all others'.</summary>
    public void Take(Sequence sequence)
    {
        var key = sequence.FairnessKey;
        if (!_byKey.TryGetValue(key, out var line) || !line.Remove(sequence)) throw new InvalidOperationException("It does not wait.");
        _turns.Remove(key);
        if (line.Count > 0) _turns.AddLast(key);
        else _byKey.Remove(key);
    }

    /// <summary>Takes out a sequence wherever it stands.</summary>
    public bool Remove(Sequence sequence)
    {
        if (!_byKey.TryGetValue(sequence.FairnessKey, out var line) || !line.Remove(sequence)) return false;
        if (line.Count > 0) return true;
        _byKey.Remove(sequence.FairnessKey);
        _turns.Remove(sequence.FairnessKey);
        return true;
    }
}
