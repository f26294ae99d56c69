using Millrace.QdrantServer;
using Qdrant.Client;
using Qdrant.Client.Grpc;

namespace Millrace.Standins.Tests.Qdrant;

/// <summary>Dense, sparse and hybrid queries.</summary>
public sealed class QueryTests : IAsyncLifetime
{
    private FakeQdrant _server = null!;

    private QdrantClient Client => _server.Client;

    public async Task InitializeAsync()
    {
        _server = await FakeQdrant.StartAsync();
        await Client.CreateCollectionAsync(
            "c",
            new VectorParamsMap { Map = { ["dense"] = new VectorParams { Size = 2, Distance = Distance.Dot } } },
            sparseVectorsConfig: ("words", new SparseVectorParams()));
        await Client.UpsertAsync("c", [Point(1, [1, 0], (0.5f, 7)), Point(2, [0.9f, 0.1f], (2, 7)), Point(3, [0, 1], (1, 8))]);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Query_Dense_ReturnsTheNearestFirst()
    {
        var hits = await Client.QueryAsync("c", new float[] { 1, 0 }, usingVector: "dense", limit: 2, vectorsSelector: true);

        Assert.Equal([1ul, 2ul], hits.Select(hit => hit.Id.Num));
        Assert.Equal(1f, hits[0].Score);
        Assert.Equal("point 1", hits[0].Payload["text"].StringValue);
        Assert.Equal([1f, 0f], hits[0].Vectors.Vectors.Vectors["dense"].GetDenseVector()?.Data);
        Assert.Equal([7u], hits[0].Vectors.Vectors.Vectors["words"].GetSparseVector()?.Indices);
    }

    [Fact]
    public async Task Query_Sparse_ReturnsOnlyWhatSharesAPosition()
    {
        var hits = await Client.QueryAsync("c", new[] { (1f, 7u), (1f, 9u) }, usingVector: "words", payloadSelector: false);

        Assert.Equal([2ul, 1ul], hits.Select(hit => hit.Id.Num));
        Assert.Equal([2f, 0.5f], hits.Select(hit => hit.Score));
        Assert.All(hits, hit => Assert.Empty(hit.Payload));
    }

    [Fact]
    public async Task Query_FilterThresholdAndOffset_Narrow()
    {
        var query = new float[] { 1, 0 };

        var filtered = await Client.QueryAsync("c", query, usingVector: "dense", filter: !Conditions.HasId(1));
        var good = await Client.QueryAsync("c", query, usingVector: "dense", scoreThreshold: 0.5f, offset: 1);

        Assert.Equal([2ul, 3ul], filtered.Select(hit => hit.Id.Num));
        Assert.Equal([2ul], good.Select(hit => hit.Id.Num));
    }

    [Fact]
    public async Task Query_FusionOfDenseAndSparse_IsOneCallWithTwoPrefetches()
    {
        var tenant = Conditions.MatchKeyword("tenant", "t");

        var hits = await Client.QueryAsync(
            "c", Fusion.Rrf, filter: tenant, limit: 3, timeout: TimeSpan.FromSeconds(5), prefetch:
            [
                new PrefetchQuery { Query = new float[] { 1, 0 }, Using = "dense", Filter = tenant, Limit = 20 },
                new PrefetchQuery { Query = (new[] { 1f }, new[] { 7u }), Using = "words", Filter = tenant, Limit = 20 },
            ]);

        Assert.Equal([1ul, 2ul, 3ul], hits.Select(hit => hit.Id.Num).Order());
        Assert.Equal(3ul, hits[^1].Id.Num);
        var sent = _server.Gate.Last<QueryPoints>();
        Assert.Equal(Fusion.Rrf, sent.Query.Fusion);
        Assert.Equal(Query.VariantOneofCase.Fusion, sent.Query.VariantCase);
        Assert.False(sent.HasUsing);
        Assert.Equal(5ul, sent.Timeout);
        Assert.Equal(["dense", "words"], sent.Prefetch.Select(prefetch => prefetch.Using));
        Assert.Equal([1f, 0f], sent.Prefetch[0].Query.Nearest.Dense.Data);
        Assert.Equal([7u], sent.Prefetch[1].Query.Nearest.Sparse.Indices);
        Assert.Equal("t", sent.Prefetch[1].Filter.Must.Single().Field.Match.Keyword);
    }

    private static PointStruct Point(ulong id, float[] dense, params (float, uint)[] words) => new()
    {
        Id = id,
        Vectors = new Dictionary<string, Vector> { ["dense"] = dense, ["words"] = words },
        Payload = { ["tenant"] = "t", ["text"] = $"point {id}" },
    };
}
