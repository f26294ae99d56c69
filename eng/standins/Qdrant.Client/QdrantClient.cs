using System.Runtime.CompilerServices;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Qdrant.Client.Grpc;

namespace Qdrant.Client;

/// <summary>Calls a Qdrant server over gRPC. One instance serves any number of callers at once.</summary>
public partial class QdrantClient : IDisposable
{
    private readonly QdrantGrpcClient _grpcClient;
    private readonly bool _ownsGrpcClient;
    private readonly Collections.CollectionsClient _collections;
    private readonly Points.PointsClient _points;
    private readonly TimeSpan _grpcTimeout;
    private readonly ILogger _logger;

    public QdrantClient(
        string host, int port = 6334, bool https = false, string? apiKey = null, TimeSpan grpcTimeout = default,
        ILoggerFactory? loggerFactory = null)
        : this(new UriBuilder(https ? "https" : "http", host, port).Uri, apiKey, grpcTimeout, loggerFactory)
    {
    }

    /// <param name="address">Where the server's gRPC port is, http or https.</param>
    /// <param name="apiKey">Sent with every call as <c>api-key</c>.</param>
    /// <param name="grpcTimeout">Deadline of every call; none by default.</param>
    /// <param name="loggerFactory">Failed calls are logged to its category Qdrant.Client.</param>
    public QdrantClient(Uri address, string? apiKey = null, TimeSpan grpcTimeout = default, ILoggerFactory? loggerFactory = null)
        : this(new QdrantGrpcClient(address, apiKey), grpcTimeout, loggerFactory) => _ownsGrpcClient = true;

    /// <summary>Calls through <paramref name="grpcClient"/>, which stays the caller's to dispose.</summary>
    public QdrantClient(QdrantGrpcClient grpcClient, TimeSpan grpcTimeout = default, ILoggerFactory? loggerFactory = null)
    {
        _grpcClient = grpcClient;
        _collections = grpcClient.Collections;
        _points = grpcClient.Points;
        _grpcTimeout = grpcTimeout;
        _logger = loggerFactory?.CreateLogger("Qdrant.Client") ?? NullLogger.Instance;
    }

    /// <summary>Name and version of the server.</summary>
    public Task<HealthCheckReply> HealthAsync(CancellationToken cancellationToken = default) =>
        Call(_grpcClient.Qdrant.HealthCheckAsync, new HealthCheckRequest(), cancellationToken);

    public void Dispose()
    {
        if (_ownsGrpcClient) _grpcClient.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task<TResponse> Call<TRequest, TResponse>(
        Func<TRequest, CallOptions, AsyncUnaryCall<TResponse>> method, TRequest request, CancellationToken cancellationToken,
        [CallerMemberName] string operation = "")
    {
        try
        {
            var options = new CallOptions(deadline: Deadline(), cancellationToken: cancellationToken);
            return await method(request, options).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _logger.OperationFailed(operation, exception);
            throw;
        }
    }

    private DateTime? Deadline() => _grpcTimeout == default ? null : DateTime.UtcNow.Add(_grpcTimeout);

    private static ulong WholeSeconds(TimeSpan timeout) => (ulong)Math.Ceiling(timeout.TotalSeconds);
}
