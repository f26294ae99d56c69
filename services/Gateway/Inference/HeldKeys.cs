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
    private readonly KeySieve _sieve = new(2 * keysMax);
    private HashSet<ulong> _reported = [];
    private HashSet<ulong> _spare = [];

    /// <summary>How many keys were sent and are not yet reported or forgotten.</summary>
    public int SentCount
    {
        get
        {
            lock (_lock) return _sent.Count;
        }
    }

    /// <summary>How many of a prompt's keys are held, counted from its start. Who holds a beginning holds all that are shorter.</summary>
    /// <remarks>
    /// The search begins at the end, because the longer keys of a prompt may outlive the shorter ones here. For a prompt that is not held
    /// at all it asks for every key, which the sieve answers.
    /// </remarks>
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

    /// <summary>
    /// The member told what it holds; what was sent before it was asked, and is no longer in use, is its own matter now. One report is
    /// taken at a time.
    /// </summary>
    /// <param name="keys">What it holds, the most recently used first.</param>
    /// <param name="askedAt">When it was asked.</param>
    public void Report(IEnumerable<ulong> keys, long askedAt)
    {
        _spare.Clear();
        _spare.UnionWith(keys.Take(keysMax));
        lock (_lock)
        {
            (_reported, _spare) = (_spare, _reported);
            for (var node = _order.First; node is not null && node.Value.At <= askedAt;)
            {
                var next = node.Next;
                if (node.Value.Uses == 0) Remove(node);
                node = next;
            }

            FillSieve();
        }
    }

    /// <summary>The member is gone, and with it what it held.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _reported.Clear();
            _sent.Clear();
            _order.Clear();
            _sieve.Clear();
        }
    }

    private bool Holds(ulong key) => _sieve.MayHold(key) && (_reported.Contains(key) || _sent.ContainsKey(key));

    private void FillSieve()
    {
        _sieve.Clear();
        foreach (var key in _reported) _sieve.Add(key);
        foreach (var sent in _order) _sieve.Add(sent.Key);
    }

    private void Touch(ulong key, long timestamp, int uses)
    {
        if (_sent.TryGetValue(key, out var node)) _order.Remove(node);
        else _sent[key] = node = new LinkedListNode<Sent>(new Sent(key, timestamp, 0));
        node.Value = node.Value with { At = timestamp, Uses = Math.Max(0, node.Value.Uses + uses) };
        _order.AddLast(node);
        _sieve.Add(key);
        if (_sent.Count > keysMax) Remove(_order.First!);
    }

    private void Remove(LinkedListNode<Sent> node)
    {
        _order.Remove(node);
        _sent.Remove(node.Value.Key);
    }

    private readonly record struct Sent(ulong Key, long At, int Uses);
}
