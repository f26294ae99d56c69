using System.Threading.Channels;

namespace Millrace.Retrieval.Index.Embedded;

/// <summary>Indexes that were found damaged or missing, and are to be compared with the documents.</summary>
internal sealed class RepairRequests
{
    private const int WaitingMax = 1024;

    private readonly Channel<IndexId> _waiting = Channel.CreateBounded<IndexId>(
        new BoundedChannelOptions(WaitingMax) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Asks for a comparison. With too many waiting it is left out; the next use asks again.</summary>
    public void Add(IndexId index) => _waiting.Writer.TryWrite(index);

    /// <summary>The requests, as they come.</summary>
    public IAsyncEnumerable<IndexId> ReadAllAsync(CancellationToken cancellationToken) => _waiting.Reader.ReadAllAsync(cancellationToken);
}
