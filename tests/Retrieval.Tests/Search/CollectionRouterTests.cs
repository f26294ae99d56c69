using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Search;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Tests.Search;

public sealed class CollectionRouterTests
{
    private readonly FakeEncoder _encoder = new();
    private readonly DescriptionVectors _descriptions = new(countMax: 2);

    [Fact]
    public async Task Route_Descriptions_ChoosesTheClosest()
    {
        var (routed, _) = await RouteAsync("how do refunds work", 2, "holiday and leave", "refunds and how returns work", "", "refunds");

        Assert.Equal(["c1", "c3"], routed.Select(one => one.Collection.Name));
        Assert.True(routed[0].Similarity > routed[1].Similarity && routed[1].Similarity > 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(16)]
    public async Task Route_NoneToLeaveOut_SearchesAllAndEmbedsNothing(int countMax)
    {
        var (routed, outage) = await RouteAsync("refunds", countMax, "a", "b", "c");

        Assert.Equal((3, null), (routed.Count, outage));
        Assert.Empty(_encoder.Embedded);
    }

    [Fact]
    public async Task Route_NoDescriptions_SearchesAll()
    {
        Assert.Equal(3, (await RouteAsync("refunds", 1, "", "", "")).Collections.Count);
        Assert.Empty(_encoder.Embedded);
    }

    [Fact]
    public async Task Route_SomeWithoutDescription_ComeLast()
    {
        var (routed, _) = await RouteAsync("refunds", 2, "", "leave", "");

        Assert.Equal(["c1", "c0"], routed.Select(one => one.Collection.Name));
        Assert.Equal(0, routed[1].Similarity);
    }

    [Fact]
    public async Task Route_Outage_SearchesAllAndSaysSo()
    {
        _encoder.Failure = Reason.UpstreamUnavailable;

        var (routed, outage) = await RouteAsync("refunds", 1, "a", "b");

        Assert.Equal((2, Reason.UpstreamUnavailable), (routed.Count, outage?.Reason));
    }

    [Fact]
    public async Task Route_Again_KeepsTheDescriptionsUpToItsLimit()
    {
        for (var i = 0; i < 3; i++) await RouteAsync("refunds", 1, "a", "b");
        Assert.Single(_encoder.Embedded, call => call.Purpose == TextPurpose.Passage);

        await RouteAsync("refunds", 1, "b", "c");
        await RouteAsync("refunds", 1, "b", "c");
        Assert.Equal(["a b", "c"], Described());
        Assert.Equal(2, _descriptions.Count);

        await RouteAsync("refunds", 1, "a", "c");
        Assert.Equal(["a b", "c", "a"], Described());
    }

    [Fact]
    public async Task Route_ModelMakesOtherVectorsThanBefore_ComparesOnlyNewDescriptions()
    {
        _encoder.Dimension = 64;
        await RouteAsync("refunds", 1, "refunds", "leave");
        _encoder.Dimension = 128;

        var (routed, outage) = await RouteAsync("refunds", 1, "refunds", "about refunds");

        Assert.Equal(("c1", null), (Assert.Single(routed).Collection.Name, outage));
    }

    private IEnumerable<string> Described() =>
        _encoder.Embedded.Where(call => call.Purpose == TextPurpose.Passage).Select(call => string.Join(' ', call.Texts));

    private async Task<(IReadOnlyList<RoutedCollection> Collections, MillraceException? Outage)> RouteAsync(
        string text, int countMax, params string[] descriptions)
    {
        SearchedCollection[] collections =
        [
            .. descriptions.Select((description, i) => new SearchedCollection(
                $"c{i}", description, new IndexId("t", i, i), new EncoderChoice("m", 0), FakeEmbeddingService.Dimension)),
        ];
        var query = new SearchQuery { Tenant = "t", Collections = ["c"], Text = text };
        var vectors = new QueryVectors(_encoder, QueryPlan.Of(query, new SearchOptions()), collections);
        return await new CollectionRouter(_encoder, _descriptions).RouteAsync(collections, countMax, vectors, CancellationToken.None);
    }
}
