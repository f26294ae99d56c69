using Grpc.Core;
using Millrace.QdrantServer;
using Qdrant.Client;
using Qdrant.Client.Grpc;
using static Qdrant.Client.Grpc.Conditions;
using Bounds = Qdrant.Client.Grpc.Range;

namespace Millrace.Standins.Tests.Qdrant;

/// <summary>Points are written, counted, paged through, deleted and filtered.</summary>
public sealed class PointTests : IAsyncLifetime
{
    private FakeQdrant _server = null!;

    private QdrantClient Client => _server.Client;

    public async Task InitializeAsync()
    {
        _server = await FakeQdrant.StartAsync();
        await Client.CreateCollectionAsync("c", new VectorParams { Size = 2, Distance = Distance.Dot });
        await Client.UpsertAsync("c", [Point(1, "a", 10), Point(2, "b", 20), Point(3, "a", 30), Point(4, "c", 40)]);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Upsert_ExistingId_ReplacesThePoint()
    {
        var result = await Client.UpsertAsync("c", [Point(1, "z", 11)]);

        Assert.Equal(UpdateStatus.Completed, result.Status);
        Assert.Equal(4ul, await Client.CountAsync("c"));
        Assert.Equal("z", _server["c"].Points[1ul].Payload["tenant"].StringValue);
    }

    [Fact]
    public async Task Upsert_WithoutWaiting_IsAcknowledged()
    {
        var result = await Client.UpsertAsync("c", [Point(5, "a", 50)], wait: false, ordering: WriteOrderingType.Strong);

        Assert.Equal(UpdateStatus.Acknowledged, result.Status);
        Assert.Equal(WriteOrderingType.Strong, _server.Gate.Last<UpsertPoints>().Ordering.Type);
    }

    [Fact]
    public async Task Upsert_WrongSize_IsInvalidArgument()
    {
        var point = new PointStruct { Id = 9ul, Vectors = new float[] { 1, 2, 3 } };

        var failure = await Assert.ThrowsAsync<RpcException>(() => Client.UpsertAsync("c", [point]));

        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
        Assert.Contains("expected dim: 2, got 3", failure.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_ByIdsGuidAndFilter_LeavesTheOthers()
    {
        var guid = Guid.Parse("6a2f41a3-c54c-4f53-8bd4-3bcd5bd3d1cf");
        await Client.UpsertAsync("c", [new PointStruct { Id = guid, Vectors = new float[] { 1, 0 } }]);
        Assert.Equal(1ul, await Client.CountAsync("c", HasId(guid)));

        await Client.DeleteAsync("c", guid);
        await Client.DeleteAsync("c", 2);
        await Client.DeleteAsync("c", new ulong[] { 4, 9 });
        Assert.Equal([1ul, 3ul], await IdsAsync(null));

        await Client.DeleteAsync("c", Conditions.Range("page", new Bounds { Gte = 30 }));
        Assert.Equal([1ul], await IdsAsync(null));
    }

    [Fact]
    public async Task Scroll_InPages_ReturnsEveryPointOnce()
    {
        var first = await Client.ScrollAsync("c", limit: 3);
        var second = await Client.ScrollAsync("c", limit: 3, offset: first.NextPageOffset, vectorsSelector: true);

        Assert.Equal([1ul, 2ul, 3ul], first.Result.Select(point => point.Id.Num));
        Assert.Null(first.Result[0].Vectors);
        var last = Assert.Single(second.Result);
        Assert.Equal("c", last.Payload["tenant"].StringValue);
        Assert.Equal([4f, 1f], last.Vectors.Vector.GetDenseVector()?.Data);
        Assert.Null(second.NextPageOffset);
    }

    [Fact]
    public async Task Filter_OfEachKind_ChoosesItsPoints()
    {
        Assert.Equal([1ul, 3ul], await IdsAsync(MatchKeyword("tenant", "a")));
        Assert.Equal([1ul, 2ul, 3ul], await IdsAsync(Match("tenant", new[] { "a", "b" })));
        Assert.Equal([4ul], await IdsAsync(MatchExcept("tenant", new[] { "a", "b" })));
        Assert.Equal([2ul], await IdsAsync(Match("page", 20)));
        Assert.Equal([2ul, 4ul], await IdsAsync(Match("even", true)));
        Assert.Equal([2ul, 3ul], await IdsAsync(Conditions.Range("page", new Bounds { Gt = 10, Lte = 30 })));
        Assert.Equal([1ul, 4ul], await IdsAsync(HasId(new ulong[] { 1, 4, 7 })));
        Assert.Equal([1ul, 2ul, 3ul, 4ul], await IdsAsync(IsEmpty("missing")));
        Assert.Equal([3ul], await IdsAsync(MatchText("tags", "third")));
    }

    [Fact]
    public async Task Filter_Combined_IsBooleanLogic()
    {
        var a = MatchKeyword("tenant", "a");
        var late = Conditions.Range("page", new Bounds { Gt = 15 });

        Assert.Equal([3ul], await IdsAsync(a & late));
        Assert.Equal([1ul, 2ul, 3ul, 4ul], await IdsAsync(a | late));
        Assert.Equal([2ul, 4ul], await IdsAsync(!a));
        Assert.Equal([2ul, 4ul], await IdsAsync(!a & late));
        Assert.Equal([1ul], await IdsAsync(!(late | MatchKeyword("tenant", "b"))));
    }

    private static PointStruct Point(ulong id, string tenant, long page) => new()
    {
        Id = id,
        Vectors = new float[] { id, 1 },
        Payload =
        {
            ["tenant"] = tenant,
            ["page"] = page,
            ["even"] = id % 2 == 0,
            ["tags"] = id == 3 ? new[] { "the third", "x" } : new[] { "x" },
        },
    };

    private async Task<IEnumerable<ulong>> IdsAsync(Filter? filter) =>
        (await Client.ScrollAsync("c", filter)).Result.Select(point => point.Id.Num);
}
