using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Millrace.Retrieval.Index.Embedded;

/// <summary>Indexes that were found damaged or missing, and are to be compared with the documents.</summary>
internal sealed class RepairRequests
{
    private const int WaitingMax = 1024;

    private readonly Channel<IndexId> _waiting = Channel.CreateBounded<IndexId>(WaitingMax);
    private readonly ConcurrentDictionary<IndexId, bool> _known = new();

    /// <summary>Asks for a comparison, unless one is asked for already. With too many waiting it is left out; the next use asks
    /// again.</summary>
    public void Add(IndexId index)
    {
        if (_known.TryAdd(index, true) && !_waiting.Writer.TryWrite(index)) _known.TryRemove(index, out _);
    }

    /// <summary>The requests, as they come.</summary>
    public async IAsyncEnumerable<IndexId> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var index in _waiting.Reader.ReadAllAsync(cancellationToken))
        {
            // Whoever finds damage from now on may have found another than the one that is looked at next.
            _known.TryRemove(index, out _);
            yield return index;
        }
    }
}
