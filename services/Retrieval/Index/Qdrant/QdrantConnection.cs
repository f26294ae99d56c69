using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Qdrant.Client;
using Qdrant.Client.Grpc;

namespace Millrace.Retrieval.Index.Qdrant;

/// <summary>
/// The client of the server, on a channel of its own: the one that the client would make waits up to two minutes until it looks for a
/// server that was away, and does not notice one that vanished without a word.
/// </summary>
internal sealed class QdrantConnection : IDisposable
{
    private const int MessageBytesMax = 64 * 1024 * 1024;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(10);

    private readonly GrpcChannel _channel;
    private readonly QdrantGrpcClient _grpc;

    /// <param name="address">The server's gRPC address.</param>
    /// <param name="key">Its API key, if it has one.</param>
    /// <param name="options">How long to wait between attempts to connect.</param>
    /// <param name="loggers">Where the client logs.</param>
    public QdrantConnection(Uri address, string? key, QdrantOptions options, ILoggerFactory loggers)
    {
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            LoggerFactory = loggers,
            MaxReceiveMessageSize = MessageBytesMax,
            InitialReconnectBackoff = options.RetryDelay,
            MaxReconnectBackoff = options.RetryDelayMax,
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                EnableMultipleHttp2Connections = true,
                PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
                KeepAlivePingDelay = PingDelay,
                KeepAlivePingTimeout = PingTimeout,
                ConnectTimeout = ConnectTimeout,
            },
        });
        _grpc = new QdrantGrpcClient(string.IsNullOrEmpty(key) ? _channel.CreateCallInvoker() : _channel.Intercept(headers =>
        {
            headers.Add("api-key", key);
            return headers;
        }));
        Client = new QdrantClient(_grpc, loggerFactory: loggers);
    }

    /// <summary>The client.</summary>
    public QdrantClient Client { get; }

    public void Dispose()
    {
        Client.Dispose();
        _grpc.Dispose();
        _channel.Dispose();
    }
}
