using Grpc.Core;
using Qdrant.Client.Grpc;

namespace Millrace.QdrantServer;

/// <summary>Says who answers.</summary>
internal sealed class FakeHealthService(FakeGate gate) : HealthServiceBase
{
    public override Task<HealthCheckReply> HealthCheck(HealthCheckRequest request, ServerCallContext context) =>
        Task.FromResult(new HealthCheckReply { Title = "qdrant - vector search engine", Version = gate.Version });
}

/// <summary>Manages the collections of the store.</summary>
internal sealed class FakeCollectionsService(FakeStore store) : CollectionsServiceBase
{
    public override Task<CollectionOperationResponse> Create(CreateCollection request, ServerCallContext context)
    {
        store.Add(request);
        return Task.FromResult(new CollectionOperationResponse { Result = true });
    }

    public override Task<CollectionOperationResponse> Delete(DeleteCollection request, ServerCallContext context) =>
        Task.FromResult(new CollectionOperationResponse { Result = store.Remove(request.CollectionName) });

    public override Task<CollectionExistsResponse> CollectionExists(CollectionExistsRequest request, ServerCallContext context) =>
        Task.FromResult(new CollectionExistsResponse { Result = new CollectionExists { Exists = store.Has(request.CollectionName) } });

    public override Task<ListCollectionsResponse> List(ListCollectionsRequest request, ServerCallContext context) =>
        Task.FromResult(new ListCollectionsResponse
        {
            Collections = { store.Names.Select(name => new CollectionDescription { Name = name }) },
        });

    public override Task<GetCollectionInfoResponse> Get(GetCollectionInfoRequest request, ServerCallContext context)
    {
        var collection = store.Get(request.CollectionName);
        var parameters = new CollectionParams
        {
            VectorsConfig = collection.Made.VectorsConfig,
            SparseVectorsConfig = collection.Made.SparseVectorsConfig,
        };
        var info = new CollectionInfo
        {
            Status = CollectionStatus.Green,
            PointsCount = (ulong)collection.Points.Count,
            Config = new CollectionConfig { Params = parameters },
        };
        foreach (var (field, type) in collection.Indexes) info.PayloadSchema[field] = new PayloadSchemaInfo { DataType = type };
        return Task.FromResult(new GetCollectionInfoResponse { Result = info });
    }
}
