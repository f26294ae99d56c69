using Grpc.Core;
using Qdrant.Client.Grpc;

namespace Millrace.QdrantServer;

/// <summary>Writes and finds the points of the store.</summary>
internal sealed class FakePointsService(FakeStore store) : PointsServiceBase
{
    public override Task<PointsOperationResponse> Upsert(UpsertPoints request, ServerCallContext context)
    {
        store.Get(request.CollectionName).Upsert(request.Points);
        return Done(request.Wait);
    }

    public override Task<PointsOperationResponse> Delete(DeletePoints request, ServerCallContext context)
    {
        var collection = store.Get(request.CollectionName);
        List<PointId> ids = request.Points.Filter is { } filter
            ? [.. collection.InOrder(filter).Select(point => point.Id)]
            : [.. request.Points.Points.Ids];
        foreach (var id in ids) collection.Points.TryRemove(id, out _);
        return Done(request.Wait);
    }

    public override Task<PointsOperationResponse> SetPayload(SetPayloadPoints request, ServerCallContext context) =>
        ChangePayload(request, replaces: false);

    public override Task<PointsOperationResponse> OverwritePayload(SetPayloadPoints request, ServerCallContext context) =>
        ChangePayload(request, replaces: true);

    public override Task<PointsOperationResponse> CreateFieldIndex(CreateFieldIndexCollection request, ServerCallContext context)
    {
        var type = Enum.Parse<PayloadSchemaType>(request.FieldType.ToString());
        FakePaths.Parse(request.FieldName);
        store.Get(request.CollectionName).Indexes[request.FieldName] = type;
        return Done(request.Wait);
    }

    public override Task<QueryResponse> Query(QueryPoints request, ServerCallContext context)
    {
        var hits = FakeQueries.Run(store.Get(request.CollectionName), request).Select(hit => new ScoredPoint
        {
            Id = hit.Point.Id,
            Score = hit.Score,
            Payload = { request.WithPayload.Enable ? hit.Point.Payload : [] },
            Vectors = request.WithVectors.Enable ? Output(hit.Point) : null,
        });
        return Task.FromResult(new QueryResponse { Result = { hits } });
    }

    public override Task<ScrollResponse> Scroll(ScrollPoints request, ServerCallContext context)
    {
        var points = store.Get(request.CollectionName).InOrder(request.Filter)
            .SkipWhile(point => request.Offset is not null && !point.Id.Equals(request.Offset)).ToList();
        var page = points.Take((int)request.Limit).Select(point => new RetrievedPoint
        {
            Id = point.Id,
            Payload = { request.WithPayload.Enable ? point.Payload : [] },
            Vectors = request.WithVectors.Enable ? Output(point) : null,
        });
        var next = points.ElementAtOrDefault((int)request.Limit)?.Id;
        return Task.FromResult(new ScrollResponse { Result = { page }, NextPageOffset = next });
    }

    public override Task<CountResponse> Count(CountPoints request, ServerCallContext context)
    {
        var count = store.Get(request.CollectionName).InOrder(request.Filter).LongCount();
        return Task.FromResult(new CountResponse { Result = new CountResult { Count = (ulong)count } });
    }

    private Task<PointsOperationResponse> ChangePayload(SetPayloadPoints request, bool replaces)
    {
        var collection = store.Get(request.CollectionName);
        foreach (var point in collection.InOrder(request.PointsSelector.Filter).ToList())
            collection.ChangePayload(point, request.Payload, replaces);
        return Done(request.Wait);
    }

    private static Task<PointsOperationResponse> Done(bool wait) => Task.FromResult(new PointsOperationResponse
    {
        Result = new UpdateResult { OperationId = 1, Status = wait ? UpdateStatus.Completed : UpdateStatus.Acknowledged },
    });

    private static VectorsOutput Output(PointStruct point)
    {
        var named = FakeCollection.VectorsOf(point).ToDictionary(entry => entry.Key, entry => Output(entry.Value));
        return named.TryGetValue("", out var only)
            ? new VectorsOutput { Vector = only }
            : new VectorsOutput { Vectors = new NamedVectorsOutput { Vectors = { named } } };
    }

    private static VectorOutput Output(Vector vector) =>
        vector.Sparse is { } sparse ? new VectorOutput { Sparse = sparse } : new VectorOutput { Dense = vector.Dense };
}
