using System.Globalization;
using System.Text.Json;
using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Retrieval.Tests.Index;

/// <summary>What every chunk index must keep, whichever store is behind it.</summary>
public abstract class ChunkIndexContract : IAsyncLifetime
{
    private static readonly IndexId Id = new("tenant", 7, 11);
    private static readonly DocumentFilter Everything = new(null, []);

    private IChunkIndex _index = null!;

    public async Task InitializeAsync()
    {
        _index = await CreateAsync();
        await _index.OpenAsync(new IndexSettings(Id, FakeEmbeddingService.Dimension), CancellationToken.None);
    }

    public abstract Task DisposeAsync();

    [Fact]
    public async Task Put_Document_IsFoundByMeaningAndByWords()
    {
        await PutAsync(Id, Document(1), (1, "red apples"), (2, "green pears"));

        Assert.Equal([1, 2], Ids(await DenseAsync("red apples")));
        Assert.Equal([2], Ids(await WordsAsync("pears")));
        Assert.Equal(1, (await DenseAsync("red apples")).Chunks[0].Score, 0.001);
    }

    [Fact]
    public async Task Put_Twice_IsTheSameAsOnce()
    {
        for (var i = 0; i < 2; i++) await PutAsync(Id, Document(1), (1, "red apples"), (2, "green pears"));

        Assert.Equal([1, 2], await ChunksAsync(Id));
        Assert.Equal([1], Ids(await WordsAsync("apples")));
        Assert.Equal(2, (await DenseAsync("apples")).Chunks.Count);
    }

    [Fact]
    public async Task Put_DocumentInSlices_HasThemAll()
    {
        await PutAsync(Id, Document(1), (1, "red apples"));
        await PutAsync(Id, Document(1), (2, "green apples"));

        Assert.Equal([1, 2], Ids(await WordsAsync("apples")).Order());
        await _index.SetAttributesAsync(Id, Document(1, labels: "hr"), CancellationToken.None);
        Assert.Empty(Ids(await WordsAsync("apples")));
    }

    [Fact]
    public async Task Put_VectorOfAnotherLength_IsRefused()
    {
        var document = new IndexDocument(Document(1), [new IndexChunk(1, new ChunkWords("t", "", "b"), new float[3])]);

        await Assert.ThrowsAsync<MillraceException>(() => _index.PutAsync(Id, [document], CancellationToken.None));
        Assert.Empty(await ChunksAsync(Id));
    }

    [Fact]
    public async Task Remove_Chunks_AreNotFoundAndTheOthersAre()
    {
        await PutAsync(Id, Document(1), (1, "red apples"), (2, "green apples"));
        await PutAsync(Id, Document(2), (3, "sour apples"));

        await _index.RemoveAsync(Id, [1, 3, 99], CancellationToken.None);
        await _index.RemoveAsync(Id, [1, 3, 99], CancellationToken.None);

        Assert.Equal([2], Ids(await DenseAsync("apples")));
        Assert.Equal([2], Ids(await WordsAsync("apples")));
        Assert.Equal([2], await ChunksAsync(Id));
    }

    [Fact]
    public async Task Dense_MoreThanAsked_ReturnsTheNearestInOrder()
    {
        string[] texts = ["one two three four", "one two three", "one two", "one", "five"];
        await PutAsync(Id, Document(1), [.. texts.Select((text, i) => ((long)i, text))]);

        var exact = await _index.DenseAsync(Id, Dense("one two three four", 3) with { Exact = true }, CancellationToken.None);

        Assert.Equal([0, 1, 2], Ids(exact));
        Assert.True(exact.Chunks.Zip(exact.Chunks.Skip(1)).All(pair => pair.First.Score >= pair.Second.Score));
        Assert.NotEmpty(exact.Plan);
    }

    [Fact]
    public async Task Dense_VectorOfAnotherLength_IsRefused()
    {
        await PutAsync(Id, Document(1), (1, "apple"));
        var query = new DenseQuery(new float[] { 1, 0 }, 5, Everything, Exact: false);

        var error = await Assert.ThrowsAsync<MillraceException>(() => _index.DenseAsync(Id, query, CancellationToken.None));
        Assert.Equal(Reason.InvalidArgument, error.Reason);
    }

    [Fact]
    public async Task Words_InTitleBreadcrumbOrBody_AreFound()
    {
        var chunk = new IndexChunk(1, new ChunkWords("Returns", "Refunds", "It takes seven days."), FakeEmbeddingService.Vector("x"));
        await _index.PutAsync(Id, [new IndexDocument(Document(1), [chunk])], CancellationToken.None);

        Assert.Equal([1], Ids(await WordsAsync("return")));
        Assert.Equal([1], Ids(await WordsAsync("refund?")));
        Assert.Equal([1], Ids(await WordsAsync("seven")));
        Assert.Empty(Ids(await WordsAsync("mattress")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?!")]
    [InlineData("\"unbalanced AND ( NEAR * :")]
    public async Task Words_AnyInput_IsNeverSyntax(string text)
    {
        await PutAsync(Id, Document(1), (1, "red apples"));

        Assert.Empty(Ids(await WordsAsync(text)));
    }

    [Fact]
    public async Task Words_RarerWord_RanksHigher()
    {
        await PutAsync(Id, Document(1), (1, "common common"), (2, "common rare"), (3, "common thing"), (4, "common stuff"));

        var found = await WordsAsync("common rare");

        Assert.Equal(2, found.Chunks[0].Chunk);
        Assert.Equal(4, found.Chunks.Count);
        Assert.True(found.Chunks[0].Score > found.Chunks[1].Score);
    }

    [Fact]
    public async Task Search_DocumentsWithLabels_AreFoundByWhoHoldsOne()
    {
        await PutAsync(Id, Document(1), (1, "apple for all"));
        await PutAsync(Id, Document(2, labels: "hr"), (2, "apple for hr"));
        await PutAsync(Id, Document(3, labels: ["hr", "it"]), (3, "apple for hr and it"));

        Assert.Equal([1], await BothAsync("apple", Everything));
        Assert.Equal([1, 2, 3], await BothAsync("apple", new DocumentFilter(null, ["hr"])));
        Assert.Equal([1, 3], await BothAsync("apple", new DocumentFilter(null, ["it", "sales"])));
        Assert.Equal([1], await BothAsync("apple", new DocumentFilter(null, ["HR"])));
    }

    [Fact]
    public async Task SetAttributes_LabelOrMetadataChanged_IsGoneByAtOnce()
    {
        await PutAsync(Id, Document(1, """{"year":2024}"""), (1, "an apple"), (2, "two apple"));
        var recent = new DocumentFilter(Is("year", FilterValue.Of(2025)), []);
        Assert.Empty(await BothAsync("apple", recent));

        await _index.SetAttributesAsync(Id, Document(1, """{"year":2025}"""), CancellationToken.None);
        Assert.Equal([1, 2], await BothAsync("apple", recent));

        await _index.SetAttributesAsync(Id, Document(1, """{"year":2025}""", "hr"), CancellationToken.None);
        Assert.Empty(await BothAsync("apple", recent));
        Assert.Equal([1, 2], await BothAsync("apple", recent with { HeldLabels = ["hr"] }));
        await _index.SetAttributesAsync(Id, Document(99), CancellationToken.None);
    }

    public static TheoryData<string> FilterNames => [.. Filters.Keys];

    [Theory]
    [MemberData(nameof(FilterNames))]
    public async Task Search_EachFilter_FindsWhatTheFilterAllowsAndAllOfIt(string name)
    {
        var documents = Enumerable.Range(1, Metadata.Length).Select(i => Document(i, Metadata[i - 1], i % 3 == 0 ? ["hr"] : [])).ToList();
        foreach (var document in documents)
            await PutAsync(Id, document, (document.Document * 10, "an apple"), ((document.Document * 10) + 1, "more apple"));

        foreach (string[] held in (string[][])[[], ["hr"]])
        {
            var filter = new DocumentFilter(Filters[name], held);
            var expected = documents.Where(filter.Allows).SelectMany(d => new[] { d.Document * 10, (d.Document * 10) + 1 });
            Assert.Equal(expected, await BothAsync("apple", filter));
        }
    }

    [Fact]
    public async Task Search_FilterThatFewPass_FindsAsManyAsAsked()
    {
        var documents = Enumerable.Range(1, 400).Select(i => new IndexDocument(
            Document(i, i % 100 == 0 ? """{"rare":true}""" : "{}"),
            [new IndexChunk(i, new ChunkWords("", "", $"apple {i}"), FakeEmbeddingService.Vector($"apple {i}"))]));
        await _index.PutAsync(Id, [.. documents], CancellationToken.None);

        Assert.Equal([100, 200, 300, 400], await BothAsync("apple 7", new DocumentFilter(Is("rare", FilterValue.Of(true)), [])));
        Assert.Empty(await BothAsync("apple 7", new DocumentFilter(Is("rare", FilterValue.Of(false)), [])));
    }

    [Fact]
    public async Task Search_OtherTenantCollectionOrGeneration_IsNeverSeen()
    {
        IndexId[] others = [Id with { Tenant = "other" }, Id with { Collection = 8 }, Id with { Generation = 12 }];
        await PutAsync(Id, Document(1), (1, "my apple"));
        foreach (var other in others)
        {
            await _index.OpenAsync(new IndexSettings(other, FakeEmbeddingService.Dimension), CancellationToken.None);
            Assert.Empty(await ChunksAsync(other));
            await PutAsync(other, Document(1), (1, "your pear"));
        }

        Assert.Equal([1], Ids(await WordsAsync("apple")));
        Assert.Empty(Ids(await WordsAsync("pear")));
        foreach (var other in others) await _index.DropAsync(other, CancellationToken.None);
        Assert.Equal([1], Ids(await WordsAsync("apple")));
        Assert.Equal([1], Ids(await DenseAsync("my apple")));
    }

    [Fact]
    public async Task Drop_Index_LeavesNothingAndMayBeRepeated()
    {
        await PutAsync(Id, Document(1), (1, "apple"));

        await _index.DropAsync(Id, CancellationToken.None);
        await _index.DropAsync(Id, CancellationToken.None);
        await _index.OpenAsync(new IndexSettings(Id, FakeEmbeddingService.Dimension), CancellationToken.None);

        Assert.Empty(await ChunksAsync(Id));
        Assert.Empty(await BothAsync("apple", Everything));
    }

    [Fact]
    public async Task Open_Again_KeepsEverything()
    {
        await PutAsync(Id, Document(1, """{"year":2024}""", "hr"), (1, "apple"));

        _index = await ReopenAsync();
        await _index.OpenAsync(new IndexSettings(Id, FakeEmbeddingService.Dimension), CancellationToken.None);

        Assert.Equal([1], await ChunksAsync(Id));
        Assert.Empty(await BothAsync("apple", Everything));
        Assert.Equal([1], await BothAsync("apple", new DocumentFilter(Is("year", FilterValue.Of(2024)), ["hr"])));
    }

    [Fact]
    public async Task Open_OtherDimension_IsRefused()
    {
        await PutAsync(Id, Document(1), (1, "apple"));

        await Assert.ThrowsAsync<MillraceException>(() => _index.OpenAsync(new IndexSettings(Id, 3), CancellationToken.None));
        Assert.Equal([1], Ids(await WordsAsync("apple")));
    }

    [Fact]
    public async Task Calls_AtTheSameTime_EachSeeWholeDocuments()
    {
        var writers = Enumerable.Range(0, 4).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < 10; i++) await PutAsync(Id, Document((w * 10) + i + 1), ((w * 10) + i + 1, $"apple {w} {i}"));
        }));
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                await WordsAsync("apple");
                await DenseAsync("apple");
            }
        }));

        await Task.WhenAll(writers.Concat(readers)).DefaultTimeout();

        Assert.Equal(Enumerable.Range(1, 40).Select(i => (long)i), await ChunksAsync(Id));
        Assert.Equal(40, (await BothAsync("apple", Everything)).Count);
    }

    /// <summary>A new index over empty storage.</summary>
    private protected abstract Task<IChunkIndex> CreateAsync();

    /// <summary>Closes the index, and opens another over the same storage.</summary>
    private protected abstract Task<IChunkIndex> ReopenAsync();

    private static readonly string[] Metadata =
    [
        "{}",
        """{"year":2023,"lang":"en","public":true}""",
        """{"year":2024,"lang":"de","tags":["a","b"],"author":{"name":"Ada"}}""",
        """{"year":2025,"lang":["en","de"],"public":false,"author":{"name":"Bob","age":50}}""",
        """{"year":"2024","lang":null,"tags":[]}""",
        """{"due":"2025-03-01T12:00:00Z","year":-1.5}""",
        """{"due":"2025-03-01T13:00:00+02:00","tags":["b",3,true]}""",
    ];

    private static readonly Dictionary<string, Filter> Filters = new()
    {
        ["equal text"] = Is("lang", FilterValue.Of("en")),
        ["equal number"] = Is("year", FilterValue.Of(2024)),
        ["number as text"] = Is("year", FilterValue.Of("2024")),
        ["boolean"] = Is("public", FilterValue.Of(false)),
        ["not equal, also where missing"] = new Filter.Not(Is("lang", FilterValue.Of("en"))),
        ["in"] = Is("year", FilterValue.Of(2023), FilterValue.Of(2025)),
        ["in a list"] = Is("tags", FilterValue.Of("b"), FilterValue.Of(3)),
        ["in nothing"] = Is("year"),
        ["less"] = Compare("year", ComparisonOperator.Less, FilterValue.Of(2024)),
        ["less or equal"] = Compare("year", ComparisonOperator.LessOrEqual, FilterValue.Of(2024)),
        ["greater"] = Compare("year", ComparisonOperator.Greater, FilterValue.Of(-2)),
        ["greater or equal"] = Compare("author.age", ComparisonOperator.GreaterOrEqual, FilterValue.Of(50)),
        ["an instant"] = Compare("due", ComparisonOperator.Less, FilterValue.Of("2025-03-01T11:30:00Z")),
        ["a path"] = Is("author.name", FilterValue.Of("Ada")),
        ["exists"] = new Filter.Comparison("lang", ComparisonOperator.Exists, []),
        ["exists, an empty list"] = new Filter.Comparison("tags", ComparisonOperator.Exists, []),
        ["own id"] = Is(DocumentKeys.DocumentId, FilterValue.Of("d2"), FilterValue.Of("d3")),
        ["own media type"] = Is(DocumentKeys.MediaType, FilterValue.Of("text/plain")),
        ["own time"] = Compare(DocumentKeys.UpdatedAt, ComparisonOperator.GreaterOrEqual, FilterValue.Of("2026-01-04T00:00:00Z")),
        ["and"] = new Filter.And([Is("lang", FilterValue.Of("de")), Is("author.name", FilterValue.Of("Bob"))]),
        ["or"] = new Filter.Or([Is("year", FilterValue.Of(2023)), Is("tags", FilterValue.Of("a"))]),
        ["nested"] = new Filter.And(
        [
            new Filter.Not(new Filter.Or([Is("public", FilterValue.Of(true)), Is("tags", FilterValue.Of(true))])),
            Compare("year", ComparisonOperator.Greater, FilterValue.Of(2000)),
        ]),
        ["no key of that name"] = Is("nosuch", FilterValue.Of("x")),
    };

    private static Filter.Comparison Is(string key, params FilterValue[] values) =>
        new Filter.Comparison(key, ComparisonOperator.In, values);

    private static Filter.Comparison Compare(string key, ComparisonOperator by, FilterValue value) =>
        new Filter.Comparison(key, by, [value]);

    private static DocumentAttributes Document(long row, string metadata = "{}", params string[] labels) => new(
        row,
        string.Create(CultureInfo.InvariantCulture, $"d{row}"),
        "text/plain",
        "title",
        new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(row - 1),
        JsonDocument.Parse(metadata).RootElement,
        labels);

    private static DenseQuery Dense(string text, int countMax, DocumentFilter? filter = null) =>
        new(FakeEmbeddingService.Vector(text), countMax, filter ?? Everything, Exact: false);

    private static IEnumerable<long> Ids(IndexRanking ranking) => ranking.Chunks.Select(chunk => chunk.Chunk);

    private Task PutAsync(IndexId id, DocumentAttributes document, params (long Chunk, string Text)[] chunks) => _index.PutAsync(
        id,
        [new IndexDocument(document, [.. chunks.Select(c => Chunk(c.Chunk, c.Text))])],
        CancellationToken.None);

    private static IndexChunk Chunk(long chunk, string text) =>
        new(chunk, new ChunkWords("", "", text), FakeEmbeddingService.Vector(text));

    private Task<IndexRanking> DenseAsync(string text) => _index.DenseAsync(Id, Dense(text, 100), CancellationToken.None);

    private Task<IndexRanking> WordsAsync(string text) =>
        _index.KeywordAsync(Id, new WordQuery(text, 100, Everything), CancellationToken.None);

    // Both rankings must agree on what may be found; every text of these tests has the word.
    private async Task<IReadOnlyList<long>> BothAsync(string text, DocumentFilter filter)
    {
        var words = Ids(await _index.KeywordAsync(Id, new WordQuery(text, 100, filter), CancellationToken.None)).Order().ToList();
        var dense = Ids(await _index.DenseAsync(Id, Dense(text, 100, filter), CancellationToken.None)).Order().ToList();
        var exact = Ids(await _index.DenseAsync(Id, Dense(text, 100, filter) with { Exact = true }, CancellationToken.None)).Order();
        Assert.Equal(words, dense);
        Assert.Equal(words, exact);
        return words;
    }

    private async Task<IReadOnlyList<long>> ChunksAsync(IndexId id)
    {
        List<long> ids = [];
        await foreach (var chunk in _index.ChunksAsync(id, CancellationToken.None)) ids.Add(chunk);
        ids.Sort();
        return ids;
    }
}
