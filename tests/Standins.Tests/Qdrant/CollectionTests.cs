using Grpc.Core;
using Millrace.QdrantServer;
using Qdrant.Client;
using Qdrant.Client.Grpc;

namespace Millrace.Standins.Tests.Qdrant;

/// <summary>Collections are made, listed, described and dropped.</summary>
public sealed class CollectionTests
{
    [Fact]
    public async Task CreateCollection_DenseAndSparse_IsDescribedAsMade()
    {
        await using var server = await FakeQdrant.StartAsync();

        await server.Client.CreateCollectionAsync(
            "documents",
            new VectorParamsMap { Map = { ["dense"] = new VectorParams { Size = 3, Distance = Distance.Cosine } } },
            sparseVectorsConfig: ("words", new SparseVectorParams { Modifier = Modifier.Idf }),
            timeout: TimeSpan.FromMilliseconds(2500));
        await server.Client.CreatePayloadIndexAsync("documents", "tenant", PayloadSchemaType.Keyword);

        var info = await server.Client.GetCollectionInfoAsync("documents");
        Assert.Equal(CollectionStatus.Green, info.Status);
        Assert.Equal(3ul, info.Config.Params.VectorsConfig.ParamsMap.Map["dense"].Size);
        Assert.Equal(Modifier.Idf, info.Config.Params.SparseVectorsConfig.Map["words"].Modifier);
        Assert.Equal(PayloadSchemaType.Keyword, info.PayloadSchema["tenant"].DataType);
        Assert.Equal(3ul, server.Gate.Last<CreateCollection>().Timeout);
        Assert.False(server.Gate.Last<CreateCollection>().HasShardingMethod);
    }

    [Fact]
    public async Task ListCollections_AfterCreateAndDelete_NamesThoseThatExist()
    {
        await using var server = await FakeQdrant.StartAsync();
        var parameters = new VectorParams { Size = 2, Distance = Distance.Dot };
        await server.Client.CreateCollectionAsync("b", parameters);
        await server.Client.CreateCollectionAsync("a", parameters);

        Assert.Equal(["a", "b"], await server.Client.ListCollectionsAsync());
        Assert.True(await server.Client.CollectionExistsAsync("a"));

        await server.Client.DeleteCollectionAsync("a");

        Assert.Equal(["b"], await server.Client.ListCollectionsAsync());
        Assert.False(await server.Client.CollectionExistsAsync("a"));
    }

    [Fact]
    public async Task DeleteCollection_Missing_SaysThatItWasNotDeleted()
    {
        await using var server = await FakeQdrant.StartAsync();

        var failure = await Assert.ThrowsAsync<QdrantException>(() => server.Client.DeleteCollectionAsync("none"));

        Assert.Contains("'none'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CreateCollection_Twice_IsAlreadyExists()
    {
        await using var server = await FakeQdrant.StartAsync();
        var parameters = new VectorParams { Size = 2, Distance = Distance.Dot };
        await server.Client.CreateCollectionAsync("a", parameters);

        var failure = await Assert.ThrowsAsync<RpcException>(() => server.Client.CreateCollectionAsync("a", parameters));

        Assert.Equal(StatusCode.AlreadyExists, failure.StatusCode);
    }
}
