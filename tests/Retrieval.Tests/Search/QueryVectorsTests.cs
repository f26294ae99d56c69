using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Search;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Tests.Search;

public sealed class QueryVectorsTests
{
    private static readonly EncoderChoice First = new("first", 0);
    private static readonly EncoderChoice Second = new("second", 64);
    private static readonly float[] Given = [.. Enumerable.Range(0, FakeEmbeddingService.Dimension).Select(i => i == 3 ? 2f : 0)];

    private readonly FakeEncoder _encoder = new();

    [Fact]
    public async Task In_WordingsOfBothKinds_AreEmbeddedInOneCallEach()
    {
        var vectors = Vectors(Query("a", new("b", IsPassage: true, 1), new("c", IsPassage: false, 1), new("d", IsPassage: true, 1)), First);

        var embedded = await vectors.InAsync(First, CancellationToken.None);
        await vectors.InAsync(First, CancellationToken.None);

        Assert.Equal(["a c", "b d"], _encoder.Embedded.Select(call => string.Join(' ', call.Texts)).Order());
        Assert.Contains(_encoder.Embedded, call => call is { Purpose: TextPurpose.Passage, Texts: ["b", "d"] });
        Assert.Equal(["a", "b", "c", "d"], embedded.Values.Select(NameOf));
        Assert.Null(embedded.Outage);
    }

    [Fact]
    public async Task In_EachModel_HasVectorsOfItsOwn()
    {
        var vectors = Vectors(Query("a"), First, Second);

        Assert.Equal(FakeEmbeddingService.Dimension, (await vectors.InAsync(First, CancellationToken.None)).Values[0].Length);
        Assert.Equal(64, (await vectors.InAsync(Second, CancellationToken.None)).Values[0].Length);
    }

    [Fact]
    public async Task In_GivenVector_IsUsedAtLengthOneForTheModelThatItFits()
    {
        var vectors = Vectors(Query("a") with { Vector = Given }, First, Second);

        var used = await vectors.InAsync(First, CancellationToken.None);
        Assert.Empty(_encoder.Embedded);
        Assert.Equal(1, used.Values[0].Span[3], 6);
        Assert.Equal(64, (await vectors.InAsync(Second, CancellationToken.None)).Values[0].Length);
        Assert.Equal("second", Assert.Single(_encoder.Embedded).Model);
    }

    [Fact]
    public async Task In_GivenVectorThatFitsTwoModels_IsLeftOut()
    {
        var other = new EncoderChoice("other", 0);
        var vectors = Vectors(Query("a") with { Vector = Given }, First, other);

        await vectors.InAsync(First, CancellationToken.None);
        Assert.Equal("first", Assert.Single(_encoder.Embedded).Model);
    }

    [Fact]
    public async Task In_GivenVectorOfANamedModel_IsUsedForThatModelAlone()
    {
        var (other, same) = (new EncoderChoice("other", 0), new EncoderChoice("first", FakeEmbeddingService.Dimension));
        var vectors = Vectors(Query("a") with { Vector = Given, VectorModel = "first" }, First, other, same);

        foreach (var model in new[] { First, same })
            Assert.Equal(1, (await vectors.InAsync(model, CancellationToken.None)).Values[0].Span[3], 6);
        Assert.Empty(_encoder.Embedded);
        Assert.Equal("a", NameOf((await vectors.InAsync(other, CancellationToken.None)).Values[0]));
    }

    [Theory]
    [InlineData(FakeEmbeddingService.Dimension)]
    [InlineData(3)]
    public async Task In_GivenVectorOfAModelThatIsNotUsedAnyMore_IsLeftOut(int length)
    {
        var query = Query("a") with { Vector = Given[..length].Select(value => value + 1).ToArray(), VectorModel = "before" };

        var embedded = await Vectors(query, First).InAsync(First, CancellationToken.None);

        Assert.Equal("a", NameOf(embedded.Values[0]));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(float.Epsilon)]
    [InlineData(float.MaxValue)]
    public void New_GivenVectorWithoutDirection_IsRefused(float value)
    {
        var query = Query("a") with { Vector = Enumerable.Repeat(value, FakeEmbeddingService.Dimension).ToArray() };

        Assert.Equal("query_vector", Assert.Throws<MillraceException>(() => Vectors(query, First)).Param);
    }

    [Fact]
    public void New_GivenVectorOfAnotherLength_IsRefused()
    {
        var error = Assert.Throws<MillraceException>(() => Vectors(Query("a") with { Vector = new float[] { 1, 0 } }, First));

        Assert.Equal((Reason.InvalidArgument, "query_vector"), (error.Reason, error.Param));
    }

    [Fact]
    public async Task In_Outage_IsToldAndLeavesWhatThereIs()
    {
        _encoder.Failure = Reason.UpstreamUnavailable;
        var vectors = Vectors(Query("a", new QueryWording("b", IsPassage: false, 1)) with { Vector = Given }, First);

        var embedded = await vectors.InAsync(First, CancellationToken.None);

        Assert.Equal(Reason.UpstreamUnavailable, embedded.Outage?.Reason);
        Assert.Equal([FakeEmbeddingService.Dimension, 0], embedded.Values.Select(vector => vector.Length));
    }

    [Fact]
    public async Task In_RefusedText_StaysAnError()
    {
        _encoder.Failure = Reason.InvalidArgument;

        await Assert.ThrowsAsync<MillraceException>(() => Vectors(Query("a"), First).InAsync(First, CancellationToken.None));
    }

    private QueryVectors Vectors(SearchQuery query, params EncoderChoice[] models) => new(
        _encoder,
        QueryPlan.Of(query, new SearchOptions()),
        [
            .. models.Select((model, i) => new SearchedCollection(
                $"c{i}", "", new IndexId("t", i, i), model, model.Dimension == 0 ? FakeEmbeddingService.Dimension : model.Dimension)),
        ]);

    private static SearchQuery Query(string text, params QueryWording[] variants) =>
        new() { Tenant = "t", Collections = ["c"], Text = text, Variants = variants };

    private static string NameOf(ReadOnlyMemory<float> vector) =>
        new[] { "a", "b", "c", "d" }.Single(text => FakeEmbeddingService.Vector(text).AsSpan().SequenceEqual(vector.Span));
}
