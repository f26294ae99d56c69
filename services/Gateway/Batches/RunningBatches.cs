using Millrace.Contracts.Sessions.V1;

namespace Millrace.Gateway.Batches;

/// <summary>The batches that this gateway works on now: one that is cancelled here stops at once and not at the next report.</summary>
internal sealed class RunningBatches
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, KeptLease> _leases = new(StringComparer.Ordinal);

    /// <summary>Work begins.</summary>
    public void Add(string batch, KeptLease lease)
    {
        lock (_gate) _leases[batch] = lease;
    }

    /// <summary>Work has ended.</summary>
    public void Remove(string batch)
    {
        lock (_gate) _leases.Remove(batch);
    }

    /// <summary>Tells whoever works on a batch how far it is.</summary>
    public void Notice(string batch, BatchState state)
    {
        lock (_gate)
            if (_leases.TryGetValue(batch, out var lease)) lease.Notice(state);
    }
}
