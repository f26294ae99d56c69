using Millrace.Retrieval.Index;
using Millrace.Retrieval.Index.Qdrant;
using Millrace.Retrieval.Search;
using Millrace.ServiceDefaults.Errors;
using Qdrant.Client.Grpc;
using static Millrace.Retrieval.Tests.Index.Qdrant.IndexSamples;

namespace Millrace.Retrieval.Tests.Index.Qdrant;

/// <summary>What is asked of the server, beyond what every index does.</summary>
public sealed class QdrantIndexTests
{
    private static readonly string[] Texts =
        ["red apples fall", "green apples", "red pears", "apples and pears", "a red cart", "the green door", "apples apples red"];

    [Fact]
    public async Task Open_NewIndex_MakesVectorsAndPayloadIndexesAsTheOptionsSay()
    {
        await using var fixture = await QdrantFixture.StartAsync(options =>
        {
            options.Graph.Quantization = QdrantQuantization.Int8;
            options.Graph.Links = 24;
            options.Storage.Replicas = 2;
            options.IndexedKeys["year"] = QdrantKeyKind.Number;
            options.IndexedKeys["due date"] = QdrantKeyKind.Instant;
            options.IndexedKeys["a.b"] = QdrantKeyKind.Text;
        });

        await fixture.Index.OpenAsync(Settings, CancellationToken.None);
        await fixture.NewIndex().OpenAsync(Settings, CancellationToken.None);

        var made = Assert.Single(fixture.Server.Gate.Requests<CreateCollection>());
        Assert.Matches("^millrace-[0-9a-f]{32}-7-11$", made.CollectionName);
        Assert.Equal(2u, made.ReplicationFactor);
        var dense = made.VectorsConfig.ParamsMap.Map["dense"];
        Assert.Equal((Distance.Cosine, 24ul), (dense.Distance, dense.HnswConfig.M));
        Assert.Equal(QuantizationType.Int8, dense.QuantizationConfig.Scalar.Type);
        Assert.Equal(Modifier.Idf, made.SparseVectorsConfig.Map["words"].Modifier);
        Assert.Equal(
            ["document Integer", "instants.\"due date\" Datetime", "labels Keyword", "metadata.a.b Keyword", "metadata.year Float"],
            fixture.Server[made.CollectionName].Indexes.Select(index => $"{index.Key} {index.Value}").Order(StringComparer.Ordinal));
        Assert.Equal(5, fixture.Server.Gate.Requests<CreateFieldIndexCollection>().Count);
    }

    [Fact]
    public async Task Open_OldServer_SaysWhichOneIsNeeded()
    {
        await using var fixture = await QdrantFixture.StartAsync();
        fixture.Server.Gate.Version = "1.15.4";

        var error = await Assert.ThrowsAsync<MillraceException>(() => fixture.Index.OpenAsync(Settings, CancellationToken.None));

        Assert.Equal(Reason.UpstreamUnavailable, error.Reason);
        Assert.Contains("Qdrant 1.15.4, which is too old. Run Qdrant 1.16 or newer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_ManyPoints_AreWrittenInBatchesAndVisible()
    {
        await using var fixture = await OpenAsync(options => options.BatchPointsMax = 3);

        await fixture.Index.PutAsync(Id, [Document(1, Texts.Take(4)), Document(2, Texts.Skip(4))], CancellationToken.None);

        var writes = fixture.Server.Gate.Requests<UpsertPoints>();
        Assert.Equal([3, 3, 1], writes.Select(write => write.Points.Count));
        Assert.All(writes, write => Assert.True(write.Wait));
    }

    [Fact]
    public async Task Put_LargePoints_AreBatchedByBytesAndOneLargerThanAllowedGoesAlone()
    {
        await using var fixture = await OpenAsync(options => options.BatchBytesMax = 4096);
        var large = string.Join(' ', Enumerable.Range(0, 1000).Select(i => $"word{i}"));

        await fixture.Index.PutAsync(Id, [Document(1, "one", "two", "three", large, "four")], CancellationToken.None);

        var writes = fixture.Server.Gate.Requests<UpsertPoints>();
        Assert.Equal([3, 1, 1], writes.Select(write => write.Points.Count));
        Assert.True(writes[0].CalculateSize() <= 4096 + 200);
    }

    [Fact]
    public async Task Remove_ManyChunks_GoInParts()
    {
        await using var fixture = await OpenAsync(options => options.IdsPerCall = 2);
        await fixture.Index.PutAsync(Id, [Document(1, Texts)], CancellationToken.None);

        await fixture.Index.RemoveAsync(Id, [10, 11, 12, 13, 14], CancellationToken.None);

        Assert.Equal([2, 2, 1], fixture.Server.Gate.Requests<DeletePoints>().Select(delete => delete.Points.Points.Ids.Count));
        Assert.Equal([15, 16], await fixture.Index.ChunksAsync(Id, CancellationToken.None).ToListAsync());
    }

    [Fact]
    public async Task Chunks_MoreThanAPage_AreReadPageByPageWithoutPayloadsAndVectors()
    {
        await using var fixture = await OpenAsync(options => options.IdsPerCall = 3);
        await fixture.Index.PutAsync(Id, [Document(1, Texts)], CancellationToken.None);

        Assert.Equal([10, 11, 12, 13, 14, 15, 16], await fixture.Index.ChunksAsync(Id, CancellationToken.None).ToListAsync());

        var pages = fixture.Server.Gate.Requests<ScrollPoints>();
        Assert.Equal(3, pages.Count);
        Assert.All(pages, page => Assert.False(page.WithPayload.Enable || page.WithVectors.Enable));
    }

    [Fact]
    public async Task RemoveAndSetAttributes_IndexThatIsGone_AreNoError()
    {
        await using var fixture = await QdrantFixture.StartAsync();

        await fixture.Index.RemoveAsync(Id, [1], CancellationToken.None);
        await fixture.Index.SetAttributesAsync(Id, Attributes(1), CancellationToken.None);

        var error = await Assert.ThrowsAsync<MillraceException>(
            () => fixture.Index.PutAsync(Id, [Document(1, "x")], CancellationToken.None));
        Assert.Equal(Reason.UpstreamUnavailable, error.Reason);
    }

    [Fact]
    public async Task Open_CollectionDeletedOnTheServer_IsNoticedAtTheNextCallAndMadeAgain()
    {
        await using var fixture = await OpenAsync();
        Assert.True(fixture.Server.Store.Remove(fixture.Server.Store.Names.Single()));

        await Assert.ThrowsAsync<MillraceException>(() => fixture.Index.KeywordAsync(Id, ByWords("apples"), CancellationToken.None));
        await using var repairs = fixture.Repairs.ReadAllAsync(CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await repairs.MoveNextAsync());
        Assert.Equal(Id, repairs.Current);
        await fixture.Index.OpenAsync(Settings, CancellationToken.None);
        await fixture.Index.PutAsync(Id, [Document(1, Texts)], CancellationToken.None);

        Assert.Equal(2, fixture.Server.Gate.Requests<CreateCollection>().Count);
    }

    [Fact]
    public async Task Search_IndexThatWasNeverOpened_FindsNothing()
    {
        await using var fixture = await QdrantFixture.StartAsync();

        Assert.Empty(Ids(await fixture.Index.KeywordAsync(Id, ByWords("apples"), CancellationToken.None)));
        Assert.Empty(Ids(await fixture.Index.DenseAsync(Id, Dense("apples"), CancellationToken.None)));
    }

    [Fact]
    public async Task Dense_Quantised_AsksForMoreAndRescores()
    {
        await using var fixture = await OpenAsync(options => options.Graph.Quantization = QdrantQuantization.Int8);
        await fixture.Index.PutAsync(Id, [Document(1, Texts)], CancellationToken.None);

        await fixture.Index.DenseAsync(Id, Dense("apples", 300), CancellationToken.None);
        var approximate = fixture.Server.Gate.Last<QueryPoints>();
        await fixture.Index.DenseAsync(Id, Dense("apples") with { Exact = true }, CancellationToken.None);
        var exact = fixture.Server.Gate.Last<QueryPoints>();

        Assert.Equal(300ul, approximate.Params.HnswEf);
        Assert.True(approximate.Params.Quantization.Rescore);
        Assert.Equal(2, approximate.Params.Quantization.Oversampling);
        Assert.True(exact.Params.Exact);
        Assert.Null(exact.Params.Quantization);
        Assert.False(exact.WithPayload.Enable);
    }

    [Theory]
    [InlineData(60, 1)]
    [InlineData(1, 0.5)]
    public async Task Fused_EqualWeights_IsTheFusionThatTheSearchDoesItself(double constant, double weight)
    {
        await using var fixture = await OpenAsync();
        await fixture.Index.PutAsync(Id, [Document(1, Texts)], CancellationToken.None);
        var weights = new FusionWeights(constant, weight, weight);

        var words = await fixture.Index.KeywordAsync(Id, ByWords("red apples", 3), CancellationToken.None);
        var dense = await fixture.Index.DenseAsync(Id, Dense("red apples", 5), CancellationToken.None);
        var fused = await fixture.Index.TryFusedAsync(
            Id, new FusedQuery(Dense("red apples", 5), ByWords("red apples", 3), weights), CancellationToken.None);

        var expected = ReciprocalRankFusion.Fuse(
            [new WeightedRanking(Ranked(words), weight), new WeightedRanking(Ranked(dense), weight)], constant).Chunks;
        Assert.NotNull(fused);
        Assert.Equal(expected.Count, fused.Chunks.Count);
        Assert.Equal(
            expected.OrderBy(chunk => chunk.Chunk).Select(chunk => chunk.Score),
            fused.Chunks.OrderBy(chunk => chunk.Chunk).Select(chunk => chunk.Score), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(expected[0].Chunk, fused.Chunks[0].Chunk);
    }

    [Theory]
    [InlineData(60, 1, 0.02, "red apples")]
    [InlineData(60.5, 1, 1, "red apples")]
    [InlineData(60, 0, 0, "red apples")]
    [InlineData(60, 1, 1, "?!")]
    public async Task Fused_WhatTheServerDoesOtherwise_IsLeftToTheCaller(double constant, double keyword, double dense, string text)
    {
        await using var fixture = await OpenAsync();

        Assert.Null(await fixture.Index.TryFusedAsync(
            Id, new FusedQuery(Dense("red apples"), ByWords(text), new FusionWeights(constant, keyword, dense)), CancellationToken.None));
    }

    private static async Task<QdrantFixture> OpenAsync(Action<QdrantOptions>? configure = null)
    {
        var fixture = await QdrantFixture.StartAsync(configure);
        await fixture.Index.OpenAsync(Settings, CancellationToken.None);
        return fixture;
    }

    private static Ranking Ranked(IndexRanking ranking) => new("", ranking.Chunks);
}
