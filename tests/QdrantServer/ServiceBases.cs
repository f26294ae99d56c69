using Grpc.Core;
using Qdrant.Client.Grpc;

namespace Millrace.QdrantServer;

/// <summary>The server side of the service qdrant.Qdrant.</summary>
[BindServiceMethod(typeof(HealthServiceBase), nameof(Bind))]
internal abstract class HealthServiceBase
{
    public static void Bind(ServiceBinderBase binder, HealthServiceBase? _) =>
        binder.AddUnary<HealthCheckRequest, HealthCheckReply>("qdrant.Qdrant", nameof(HealthCheck));

    public abstract Task<HealthCheckReply> HealthCheck(HealthCheckRequest request, ServerCallContext context);
}

/// <summary>The server side of the service qdrant.Collections.</summary>
[BindServiceMethod(typeof(CollectionsServiceBase), nameof(Bind))]
internal abstract class CollectionsServiceBase
{
    private const string Service = "qdrant.Collections";

    public static void Bind(ServiceBinderBase binder, CollectionsServiceBase? _)
    {
        binder.AddUnary<CreateCollection, CollectionOperationResponse>(Service, nameof(Create));
        binder.AddUnary<DeleteCollection, CollectionOperationResponse>(Service, nameof(Delete));
        binder.AddUnary<CollectionExistsRequest, CollectionExistsResponse>(Service, nameof(CollectionExists));
        binder.AddUnary<ListCollectionsRequest, ListCollectionsResponse>(Service, nameof(List));
        binder.AddUnary<GetCollectionInfoRequest, GetCollectionInfoResponse>(Service, nameof(Get));
    }

    public abstract Task<CollectionOperationResponse> Create(CreateCollection request, ServerCallContext context);

    public abstract Task<CollectionOperationResponse> Delete(DeleteCollection request, ServerCallContext context);

    public abstract Task<CollectionExistsResponse> CollectionExists(CollectionExistsRequest request, ServerCallContext context);

    public abstract Task<ListCollectionsResponse> List(ListCollectionsRequest request, ServerCallContext context);

    public abstract Task<GetCollectionInfoResponse> Get(GetCollectionInfoRequest request, ServerCallContext context);
}

/// <summary>The server side of the service qdrant.Points.</summary>
[BindServiceMethod(typeof(PointsServiceBase), nameof(Bind))]
internal abstract class PointsServiceBase
{
    private const string Service = "qdrant.Points";

    public static void Bind(ServiceBinderBase binder, PointsServiceBase? _)
    {
        binder.AddUnary<UpsertPoints, PointsOperationResponse>(Service, nameof(Upsert));
        binder.AddUnary<DeletePoints, PointsOperationResponse>(Service, nameof(Delete));
        binder.AddUnary<SetPayloadPoints, PointsOperationResponse>(Service, nameof(SetPayload));
        binder.AddUnary<SetPayloadPoints, PointsOperationResponse>(Service, nameof(OverwritePayload));
        binder.AddUnary<CreateFieldIndexCollection, PointsOperationResponse>(Service, nameof(CreateFieldIndex));
        binder.AddUnary<QueryPoints, QueryResponse>(Service, nameof(Query));
        binder.AddUnary<ScrollPoints, ScrollResponse>(Service, nameof(Scroll));
        binder.AddUnary<CountPoints, CountResponse>(Service, nameof(Count));
    }

    public abstract Task<PointsOperationResponse> Upsert(UpsertPoints request, ServerCallContext context);

    public abstract Task<PointsOperationResponse> Delete(DeletePoints request, ServerCallContext context);

    public abstract Task<PointsOperationResponse> SetPayload(SetPayloadPoints request, ServerCallContext context);

    public abstract Task<PointsOperationResponse> OverwritePayload(SetPayloadPoints request, ServerCallContext context);

    public abstract Task<PointsOperationResponse> CreateFieldIndex(CreateFieldIndexCollection request, ServerCallContext context);

    public abstract Task<QueryResponse> Query(QueryPoints request, ServerCallContext context);

    public abstract Task<ScrollResponse> Scroll(ScrollPoints request, ServerCallContext context);

    public abstract Task<CountResponse> Count(CountPoints request, ServerCallContext context);
}
