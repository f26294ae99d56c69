using Microsoft.Extensions.Logging.Abstractions;
using Millrace.QdrantServer;
using Millrace.Retrieval.Index.Embedded;
using Millrace.Retrieval.Index.Qdrant;
using Millrace.Retrieval.Index.Qdrant.Bm25;

namespace Millrace.Retrieval.Tests.Index.Qdrant;

/// <summary>The index over a server of its own, which speaks Qdrant's protocol.</summary>
internal sealed class QdrantFixture : IAsyncDisposable
{
    private readonly List<IDisposable> _parts = [];

    private QdrantFixture(FakeQdrant server, QdrantOptions options)
    {
        Server = server;
        Options = options;
        Index = NewIndex();
    }

    public FakeQdrant Server { get; }

    public QdrantOptions Options { get; }

    public QdrantIndex Index { get; }

    public RepairRequests Repairs { get; } = new();

    /// <param name="configure">Changes the options, in which a pause between two attempts is short.</param>
    /// <param name="server">The server; a new one without it.</param>
    public static async Task<QdrantFixture> StartAsync(Action<QdrantOptions>? configure = null, FakeQdrant? server = null)
    {
        var options = new QdrantOptions { RetryDelay = TimeSpan.FromMilliseconds(1), RetryDelayMax = TimeSpan.FromMilliseconds(2) };
        configure?.Invoke(options);
        Assert.Empty(options.Validate());
        return new QdrantFixture(server ?? await FakeQdrant.StartAsync(), options);
    }

    /// <summary>Another index over the same server, as a service makes one when it starts.</summary>
    public QdrantIndex NewIndex(string? apiKey = null)
    {
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        var connection = new QdrantConnection(Server.Address, apiKey, Options, NullLoggerFactory.Instance);
        var client = connection.Client;
        var calls = new QdrantCalls(options, TimeProvider.System, NullLogger<QdrantCalls>.Instance);
        _parts.AddRange([calls, connection]);
        var collections = new QdrantCollections(client, calls, Repairs, options, NullLogger<QdrantCollections>.Instance);
        var words = new SparseWords(options, Microsoft.Extensions.Options.Options.Create(new RetrievalOptions()));
        return new QdrantIndex(client, calls, collections, new QdrantPoints(words), options);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in _parts) part.Dispose();
        await Server.DisposeAsync();
    }
}
