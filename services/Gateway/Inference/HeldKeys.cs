namespace Millrace.Gateway.Inference;

/// <summary>
/// The prefix keys that a member is taken to hold: those that it reported last, and those that were sent to it since, or are in use by a
/// request that runs there. Both are bounded; of those sent, the ones longest unused are forgotten first.
/// </summary>
/// <param name="keysMax">How many of either are kept.</param>
internal sealed class HeldKeys(int keysMax)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, LinkedListNode<Sent>> _sent = [];
    private readonly LinkedList<Sent> _order = new();
    private HashSet<ulong> _reported = [];

    /// <summary>How many keys were sent and are not yet reported or forgotten.</summary>
    public int SentCount
    {
        get
        {
            lock (_lock) return _sent.Count;
        }
    }

    /// <summary>How many of a prompt's keys are held, counted from its start. Who holds a beginning holds all that are shorter.</summary>
    public int Match(IList<ulong> keys)
    {
        lock (_lock)
        {
            var count = keys.Count;
            while (count > 0 && !Holds(keys[count - 1])) count--;
            return count;
        }
    }

    /// <summary>A request begins that computes these.</summary>
    /// <param name="keys">Its keys.</param>
    /// <param name="timestamp">Now.</param>
    public void Begin(IList<ulong> keys, long timestamp)
    {
        lock (_lock)
            foreach (var key in keys) Touch(key, timestamp, uses: 1);
    }

    /// <summary>A request has ended, and the member keeps what it computed.</summary>
    /// <param name="keys">Its keys.</param>
    /// <param name="timestamp">Now.</param>
    public void End(IList<ulong> keys, long timestamp)
    {
        lock (_lock)
            foreach (var key in keys)
                if (_sent.ContainsKey(key)) Touch(key, timestamp, uses: -1);
    }

    /// <summary>The member told what it holds; what was sent before it was asked, and is no longer in use, is its own matter now.</summary>
    /// <param name="keys">What it holds, the most recently used first.</param>
    /// <param name="askedAt">When it was asked.</param>
    public void Report(IEnumerable<ulong> keys, long askedAt)
    {
        HashSet<ulong> reported = [.. keys.Take(keysMax)];
        lock (_lock)
        {
            _reported = reported;
            for (var node = _order.First; node is not null && node.Value.At <= askedAt;)
            {
                var next = node.Next;
                if (node.Value.Uses == 0) Remove(node);
                node = next;
            }
        }
    }

    /// <summary>The member is gone, and with it what it held.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _reported = [];
            _sent.Clear();
            _order.Clear();
        }
    }

    private bool Holds(ulong key) => _reported.Contains(key) || _sent.ContainsKey(key);

    private void Touch(ulong key, long timestamp, int uses)
    {
        if (_sent.TryGetValue(key, out var node)) _order.Remove(node);
        else _sent[key] = node = new LinkedListNode<Sent>(new Sent(key, timestamp, 0));
        node.Value = node.Value with { At = timestamp, Uses = Math.Max(0, node.Value.Uses + uses) };
        _order.AddLast(node);
        if (_sent.Count > keysMax) Remove(_order.First!);
    }

    private void Remove(LinkedListNode<Sent> node)
    {
        _order.Remove(node);
        _sent.Remove(node.Value.Key);
    }

    private readonly record struct Sent(ulong Key, long At, int Uses);
}
