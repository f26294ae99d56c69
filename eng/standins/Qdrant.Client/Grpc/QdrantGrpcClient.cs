using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace Qdrant.Client.Grpc;

/// <summary>The generated clients of a server's services, over one channel.</summary>
public partial class QdrantGrpcClient : IDisposable
{
    private readonly CallInvoker _callInvoker;
    private readonly GrpcChannel? _channel;

    /// <summary>Opens a channel of its own; <paramref name="apiKey"/> goes with every call as <c>api-key</c>.</summary>
    public QdrantGrpcClient(Uri address, string? apiKey = null)
    {
        _channel = GrpcChannel.ForAddress(address);
        _callInvoker = apiKey is null ? _channel.CreateCallInvoker() : _channel.CreateCallInvoker().Intercept(WithKey);

        Metadata WithKey(Metadata metadata)
        {
            metadata.Add("api-key", apiKey);
            return metadata;
        }
    }

    /// <summary>Calls through <paramref name="callInvoker"/>, which stays the caller's.</summary>
    public QdrantGrpcClient(CallInvoker callInvoker) => _callInvoker = callInvoker;

    public virtual Qdrant.QdrantClient Qdrant => new(_callInvoker);

    public virtual Points.PointsClient Points => new(_callInvoker);

    public virtual Collections.CollectionsClient Collections => new(_callInvoker);

    public void Dispose()
    {
        _channel?.Dispose();
        GC.SuppressFinalize(this);
    }
}
