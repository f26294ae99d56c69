namespace Millrace.Gateway.Resilience;

/// <summary>
/// Calls that wait: those of one tenant in their order, tenants by turns, so that one with many calls does not keep the others waiting.
/// Its owner keeps it from being used by two at a time.
/// </summary>
internal sealed class FairQueue
{
    private readonly Dictionary<string, LinkedList<Waiter>> _byTenant = new(StringComparer.Ordinal);
    private readonly LinkedList<string> _turns = [];

    /// <summary>How many wait.</summary>
    public int Count { get; private set; }

    /// <summary>When the call began to wait that is next; null for none.</summary>
    public long? NextSince => _turns.First is { } turn ? _byTenant[turn.Value].First?.Value.Since : null;

    /// <summary>Adds a call behind the others of its tenant.</summary>
    public void Add(Waiter waiter)
    {
        if (!_byTenant.TryGetValue(waiter.Tenant, out var waiting))
        {
            _byTenant[waiter.Tenant] = waiting = [];
            _turns.AddLast(waiter.Tenant);
        }

        waiting.AddLast(waiter.Node);
        Count++;
    }

    /// <summary>Takes the call that is next; its tenant goes to the end of the turns.</summary>
    public Waiter? Take()
    {
        if (_turns.First is not { } turn) return null;
        var waiting = _byTenant[turn.Value];
        var next = waiting.First?.Value;
        _turns.RemoveFirst();
        if (next is null) return null;
        waiting.RemoveFirst();
        Count--;
        if (waiting.Count > 0) _turns.AddLast(turn);
        else _byTenant.Remove(turn.Value);
        return next;
    }

    /// <summary>Takes a call out.</summary>
    /// <returns>False when it was not waiting any more.</returns>
    public bool Remove(Waiter waiter)
    {
        if (waiter.Node.List is not { } waiting) return false;
        waiting.Remove(waiter.Node);
        Count--;
        if (waiting.Count > 0) return true;
        _byTenant.Remove(waiter.Tenant);
        _turns.Remove(waiter.Tenant);
        return true;
    }
}

/// <summary>A call that waits for its place.</summary>
internal sealed class Waiter
{
    private readonly TaskCompletionSource _admitted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes one.</summary>
    /// <param name="tenant">Whose call it is.</param>
    /// <param name="isBatch">Whether nobody waits for it.</param>
    /// <param name="since">When it began to wait, in the clock's own units.</param>
    public Waiter(string tenant, bool isBatch, long since)
    {
        (Tenant, IsBatch, Since) = (tenant, isBatch, since);
        Node = new LinkedListNode<Waiter>(this);
    }

    public string Tenant { get; }

    public bool IsBatch { get; }

    public long Since { get; }

    public LinkedListNode<Waiter> Node { get; }

    /// <summary>Completes when it has its place, or fails with the refusal.</summary>
    public Task Admitted => _admitted.Task;

    public void Admit() => _admitted.TrySetResult();

    public void Refuse(Exception refusal) => _admitted.TrySetException(refusal);
}
