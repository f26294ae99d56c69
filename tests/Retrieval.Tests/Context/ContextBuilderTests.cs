using Microsoft.Extensions.Logging.Abstractions;
using Millrace.Retrieval.Context;
using Millrace.Retrieval.Search;
using Millrace.Retrieval.Store;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Tests.Context;

public sealed class ContextBuilderTests
{
    private readonly SampleDocuments _documents = new();
    private readonly FakeEncoder _encoder = new();

    [Fact]
    public async Task Pack_PassagesOfDifferentDocuments_AreRenderedAsTheModelKnowsThem()
    {
        var hits = Hits(_documents.Paragraphs("a.md", "Red  apples.")[0], _documents.Paragraphs("b.md", "Green\n\npears.")[0]);

        var packed = await PackAsync(hits, new() { TokensMax = 900 });

        Assert.Equal("[1] (Source: a.md)\nRed apples.\n\n---\n\n[2] (Source: b.md)\nGreen\npears.", packed.Text);
        Assert.Equal(FakeEmbeddingService.CountTokens(packed.Text), packed.TokenCount);
        Assert.Equal([1, 0.5], packed.Passages.Select(passage => passage.Score));
        Assert.Equal((0, 0), (packed.DroppedCount, _documents.Spans));
    }

    [Fact]
    public async Task Pack_ChunksThatTouch_BecomeOnePassageOfTheDocument()
    {
        var chunks = _documents.Paragraphs("a.md", "One.", "Two.", "Three.", "Four.");

        var packed = await PackAsync(Hits(chunks[1], chunks[3], chunks[0]), new() { TokensMax = 900 });

        Assert.Equal(["One.\n\nTwo.", "Four."], packed.Passages.Select(passage => passage.Passage.Text));
        Assert.Equal([0, 20], packed.Passages.Select(passage => passage.Passage.Start));
        Assert.Equal(["a.md#v1.0", "a.md#v1.1"], packed.Passages[0].ChunkIds);
        Assert.Equal((1, FakeEmbeddingService.CountTokens("One. Two.")), (packed.Passages[0].Score, packed.Passages[0].Passage.TokenCount));
        Assert.Equal("a.md#v1.1", packed.Passages[0].Passage.ChunkId);
    }

    [Fact]
    public async Task Pack_SentenceWindows_GiveCleanText()
    {
        const string Text = "One a. Two b. Three c. Four d. Five e.";
        var chunks = _documents.Add("a.md", Text, (0, 13), (0, 22), (7, 23), (14, 24), (23, 15));

        var packed = await PackAsync(Hits(chunks[2], chunks[4], chunks[1], chunks[3], chunks[0]), new() { TokensMax = 900 });

        var passage = Assert.Single(packed.Passages);
        Assert.Equal((Text, 0, 5), (passage.Passage.Text, passage.Passage.Start, passage.ChunkIds.Count));
        Assert.Equal("[1] (Source: a.md)\n" + Text, packed.Text);
    }

    [Fact]
    public async Task Pack_KeepOverlaps_LeavesThemApart()
    {
        var chunks = _documents.Paragraphs("a.md", "One.", "Two.");

        var packed = await PackAsync(Hits(chunks[1], chunks[0]), new() { TokensMax = 900, KeepOverlaps = true });

        Assert.Equal(["Two.", "One."], packed.Passages.Select(passage => passage.Passage.Text));
    }

    [Fact]
    public async Task Pack_Neighbours_GrowWithHeadingsBetweenThem()
    {
        const string Text = "First part.\n\nA heading\n\nSecond part.\n\nThird part.";
        var chunks = _documents.Add("a.md", Text, (0, 11), (24, 12), (38, 11));

        var packed = await PackAsync(Hits(chunks[1]), new() { TokensMax = 900, NeighbourChunks = 1 });

        Assert.Equal(Text, Assert.Single(packed.Passages).Passage.Text);
        Assert.Equal(3, packed.Passages[0].ChunkIds.Count);
    }

    [Fact]
    public async Task Pack_NeighboursBeyondTheBudget_AreLeftOutFromTheWorstOn()
    {
        var first = _documents.Paragraphs("a.md", "a b c d e", "best", "f g h i j");
        var second = _documents.Paragraphs("b.md", "k l m n o", "next", "p q r s t");
        var alone = (await PackAsync(Hits(first[1], second[1]), new() { TokensMax = 900 })).TokenCount;

        var packed = await PackAsync(Hits(first[1], second[1]), new() { TokensMax = alone + 15, NeighbourChunks = 1 });

        Assert.Equal(["a b c d e\n\nbest\n\nf g h i j", "k l m n o\n\nnext"], packed.Passages.Select(passage => passage.Passage.Text));
        Assert.Equal((alone + 15, 0), (packed.TokenCount, packed.DroppedCount));
    }

    [Fact]
    public async Task Pack_TooLarge_IsLeftOutAndSmallerOnesAreTried()
    {
        var hits = Hits(
            _documents.Paragraphs("a.md", string.Join(' ', Enumerable.Repeat("word", 50)))[0], _documents.Paragraphs("b.md", "Small.")[0]);

        var packed = await PackAsync(hits, new() { TokensMax = 30 });

        Assert.Equal("b.md", Assert.Single(packed.Passages).Passage.Document.DocumentId);
        Assert.Equal(1, packed.DroppedCount);
        var none = await PackAsync(hits, new() { TokensMax = 3 });
        Assert.Equal(("", 0, 2), (none.Text, none.TokenCount, none.DroppedCount));
    }

    [Fact]
    public async Task Pack_BudgetToTheToken_IsUsed()
    {
        var hits = Hits(Enumerable.Range(0, 8).Select(i => _documents.Paragraphs($"d{i}.md", $"word {i}")[0]));
        var all = (await PackAsync(hits, new() { TokensMax = 900 })).TokenCount;

        Assert.Equal(8, (await PackAsync(hits, new() { TokensMax = all })).Passages.Count);
        Assert.Equal(7, (await PackAsync(hits, new() { TokensMax = all - 1 })).Passages.Count);
    }

    [Theory]
    [InlineData(ContextOrder.Relevance, "a2 b1 a0 c0 b3")]
    [InlineData(ContextOrder.Document, "a0 a2 b1 b3 c0")]
    [InlineData(ContextOrder.Edges, "a2 a0 b3 c0 b1")]
    internal async Task Pack_Order_IsAsAsked(ContextOrder order, string expected)
    {
        var a = Spread("a");
        var b = Spread("b");
        var c = Spread("c");

        var packed = await PackAsync(Hits(a[2], b[1], a[0], c[0], b[3]), new() { TokensMax = 900, Order = order });

        Assert.Equal(expected, string.Join(' ', packed.Passages.Select(passage => passage.Passage.Text)));
        Assert.StartsWith($"[1] (Source: {expected[0]})", packed.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pack_HiddenMeanwhile_IsLeftOut()
    {
        var (gone, there) = (_documents.Paragraphs("a.md", "One.", "Two."), _documents.Paragraphs("b.md", "Three."));
        _documents.Hidden.Add(gone[0].Edition);

        var packed = await PackAsync(Hits(gone[0], there[0]), new() { TokensMax = 900, NeighbourChunks = 2 });

        Assert.Equal("b.md", Assert.Single(packed.Passages).Passage.Document.DocumentId);
        Assert.Equal(1, packed.DroppedCount);
    }

    [Fact]
    public async Task Pack_ManyChunks_CountsInFewCalls()
    {
        var hits = Hits(
            Enumerable.Range(0, 10).SelectMany(i => _documents.Paragraphs($"d{i}.md", [.. Enumerable.Repeat($"words of {i}", 10)])));

        await PackAsync(hits, new() { TokensMax = 300, NeighbourChunks = 2 });

        Assert.InRange(_encoder.Counts, 1, 12);
    }

    [Fact]
    public async Task Pack_CounterAway_StaysWithinTheBudgetByAnUpperBound()
    {
        _encoder.Failure = Reason.UpstreamUnavailable;
        var hits = Hits(Enumerable.Range(0, 5).Select(i => _documents.Paragraphs($"d{i}.md", $"some words of document {i}")[0]));

        var packed = await PackAsync(hits, new() { TokensMax = 120 });

        Assert.InRange(packed.Passages.Count, 1, 4);
        Assert.InRange(FakeEmbeddingService.CountTokens(packed.Text), 1, 120);
        Assert.True(packed.IsCountedByBound);
        _encoder.Failure = null;
        Assert.False((await PackAsync(hits, new() { TokensMax = 120 })).IsCountedByBound);
    }

    [Fact]
    public async Task Pack_TokenizerThatJoinsAcrossPassages_StaysWithinTheBudget()
    {
        // Counts more for a whole than for its parts.
        var encoder = new FakeEncoder { CountTokens = text => (text.Length / 3) + (text.Length * text.Length / 2000) };
        var hits = Hits(Enumerable.Range(0, 9).Select(i => _documents.Paragraphs($"d{i}.md", $"some words of document {i}")[0]));

        var packed = await Builder(encoder).PackAsync(hits, new() { TokensMax = 100 }, CancellationToken.None);

        Assert.InRange(encoder.CountTokens(packed.Text), 1, 100);
    }

    [Fact]
    public async Task Pack_TooManyNeighbours_IsRefused()
    {
        var error = await Assert.ThrowsAsync<MillraceException>(() => PackAsync([], new() { TokensMax = 9, NeighbourChunks = 9 }));

        Assert.Equal("neighbour_chunks", error.Param);
    }

    // Far enough from each other to stay apart.
    private IReadOnlyList<StoredPassage> Spread(string id) => _documents.Add(
        id, string.Join("..........", Enumerable.Range(0, 4).Select(i => $"{id}{i}")), Enumerable.Range(0, 4).Select(i => (i * 12, 2)));

    private Task<PackedContext> PackAsync(IReadOnlyList<SearchHit> hits, ContextRequest request) =>
        Builder(_encoder).PackAsync(hits, request, CancellationToken.None);

    private ContextBuilder Builder(FakeEncoder encoder) =>
        new(new EncoderCounters(encoder), _documents, NullLogger<ContextBuilder>.Instance);

    private static IReadOnlyList<SearchHit> Hits(params IEnumerable<StoredPassage> passages) => SampleDocuments.Hits(passages);
}
