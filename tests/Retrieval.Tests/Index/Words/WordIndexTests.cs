using System.Globalization;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Index.Embedded.Words;
using Millrace.Retrieval.Search;
using Millrace.VectorIndex.Filtering;

namespace Millrace.Retrieval.Tests.Index.Words;

/// <summary>The word index finds what it is asked for, whatever was put and removed before.</summary>
public sealed class WordIndexTests
{
    private static readonly FieldWeights Even = new(1, 1, 1);

    [Fact]
    public void Search_NothingIndexed_IsEmpty()
    {
        using var index = new WordIndex(Even, []);

        Assert.Empty(Find(index, "apple").Chunks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?!")]
    [InlineData("\u0301")]
    [InlineData("mattress")]
    public void Search_NothingToFind_IsEmptyAndScoresNothing(string text)
    {
        using var index = Of(Even, "red apples", "green pears");

        var found = Find(index, text);

        Assert.Empty(found.Chunks);
        Assert.Equal(0, found.ScoredCount);
    }

    [Fact]
    public void Search_PairAcrossFields_IsNone()
    {
        using var index = new WordIndex(
            Even,
            [
                (1, ChunkStems.Of(new ChunkWords("mill", "race", "other words"))),
                (2, ChunkStems.Of(new ChunkWords("", "", "mill race other words"))),
                (3, ChunkStems.Of(new ChunkWords("", "", "nothing of it here"))),
            ]);

        Assert.Equal([2], Ids(index.Search(["mill race"], 10, () => null, CancellationToken.None)));
    }

    [Fact]
    public void Search_WordMoreOftenThanSixteenBitsHold_CountsEveryOne()
    {
        string[] bodies = [Repeated("apple", 255), Repeated("apple", 256), Repeated("apple", 700), "pear"];
        using var index = Of(Even, bodies);
        using var reference = Reference(Even, bodies);

        AssertSame(reference.Search("apple", 10), Find(index, "apple").Chunks);
        AssertSame(reference.Search("apple apple", 10), Find(index, "apple apple").Chunks);
    }

    [Fact]
    public void Search_WordOftenInTitleAndBreadcrumb_CountsByTheirWeights()
    {
        var weights = new FieldWeights(2.5, 0.25, 1);
        var chunks = Enumerable.Range(0, 40).Select(i => (
            (long)i, new ChunkWords(Repeated("apple", i), Repeated("apple", (i * 7) % 40), Repeated("pear", i + 1)))).ToList();
        using var index = new WordIndex(weights, chunks.Select(chunk => (chunk.Item1, ChunkStems.Of(chunk.Item2))));
        using var reference = new FullTextIndex(":memory:", weights);
        reference.Put(chunks);

        AssertSame(reference.Search("apple pear", 100), Find(index, "apple pear").Chunks);
    }

    [Fact]
    public void Search_MoreTermsThanOneUnitNumbers_FindsEachAndTheirPairs()
    {
        const int Words = 60_000;
        using var index = new WordIndex(
            Even,
            Enumerable.Range(0, Words / 10).Select(i => (
                (long)i, ChunkStems.Of(new ChunkWords("", "", string.Join(' ', Enumerable.Range(i * 10, 10).Select(w => $"w{w}")))))));

        Assert.Equal([0], Ids(Find(index, "w3")));
        Assert.Equal([5_999], Ids(Find(index, "w59999")));
        Assert.Equal([5_500], Ids(index.Search(["w55003 w55004"], 10, () => null, CancellationToken.None)));
        Assert.Empty(index.Search(["w55004 w55003"], 10, () => null, CancellationToken.None).Chunks);
    }

    [Fact]
    public void Search_ChunkLongerThanAPage_IsFoundByItsLastWords()
    {
        using var index = Of(Even, "short one", Repeated("stone", 70_000) + " golden harp", "another short one");

        Assert.Equal([1], Ids(index.Search(["golden harp"], 10, () => null, CancellationToken.None)));
        index.Remove([1]);
        Assert.Empty(Find(index, "harp").Chunks);
    }

    [Fact]
    public void Search_EqualScores_LowerIdsFirstWhateverTheOrderTheyCameIn()
    {
        using var index = new WordIndex(Even, []);
        foreach (var chunk in Enumerable.Range(0, 500).Reverse()) index.Put([(chunk, ChunkStems.Of(new ChunkWords("", "", "same words")))]);

        Assert.Equal([0, 1, 2, 3, 4, 5, 6], Ids(index.Search(["same", "words"], 7, () => null, CancellationToken.None)));
    }

    [Fact]
    public void Search_Allowed_FindsAsManyAsAskedAmongThem()
    {
        using var index = Of(Even, [.. Enumerable.Range(0, 20_000).Select(i => $"apple w{i % 97} {(i % 3 == 0 ? "pear" : "plum")}")]);
        var allowed = IdSet.Of(Enumerable.Range(0, 20_000).Where(i => i % 1_000 == 5).Select(i => (long)i));

        var all = index.Search(["apple", "pear", "w5"], 20_000, () => null, CancellationToken.None).Chunks;
        var found = index.Search(["apple", "pear", "w5"], 10, () => allowed, CancellationToken.None).Chunks;

        Assert.Equal(all.Where(chunk => allowed.Passes(chunk.Chunk)).Take(10), found);
        Assert.Empty(index.Search(["apple"], 10, () => IdSet.Empty, CancellationToken.None).Chunks);
    }

    [Fact]
    public void Search_FewOfManyChunks_ScoresOnlySomeAndFindsTheSame()
    {
        var random = new Random(5);
        using var index = Of(Even, [.. Enumerable.Range(0, 20_000).Select(_ => Zipf(random, 20))]);
        for (var i = 0; i < 100; i++)
        {
            var terms = KeywordQuery.Terms(Zipf(random, 5));
            var all = index.Search(terms, 20_000, () => null, CancellationToken.None);
            var top = index.Search(terms, 10, () => null, CancellationToken.None);
            Assert.Equal(all.Chunks.Take(10), top.Chunks);
            Assert.True(top.ScoredCount <= all.ScoredCount);
            Assert.True(all.ScoredCount < 2_000 || top.ScoredCount < all.ScoredCount / 2, $"{top.ScoredCount} of {all.ScoredCount}");
        }
    }

    [Fact]
    public void Search_Cancelled_Stops()
    {
        using var index = Of(Even, "red apples");

        Assert.Throws<OperationCanceledException>(() => index.Search(["apple"], 10, () => null, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Remove_MostChunks_GivesTheirMemoryBack()
    {
        using var index = Of(Even, [.. Enumerable.Range(0, 4_000).Select(i => $"apple w{i} x{i} y{i}")]);
        var before = index.Bytes;

        index.Remove([.. Enumerable.Range(0, 3_900).Select(i => (long)i)]);

        Assert.Equal(100, index.Count);
        Assert.True(index.Bytes < before / 2, $"{index.Bytes} of {before}");
        Assert.Equal([3_950], Ids(Find(index, "w3950")));
        Assert.Empty(Find(index, "w17").Chunks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a \n")]
    [InlineData("a \n\n\n")]
    [InlineData("a\n\nb ")]
    [InlineData("a \n\nb")]
    [InlineData(" \n\n")]
    public void Create_StemsThatMakeNoSense_AreDamage(string stems) =>
        Assert.Throws<DamagedWordsException>(() => new WordIndex(Even, [(1, stems)]));

    /// <summary>Asserts that the same chunks were found with the same scores; FTS5 adds them up in another order.</summary>
    internal static void AssertSame(IReadOnlyList<ScoredChunk> expected, IReadOnlyList<ScoredChunk> actual)
    {
        var scores = expected.ToDictionary(chunk => chunk.Chunk, chunk => chunk.Score);
        Assert.Equal(scores.Keys.Order(), actual.Select(chunk => chunk.Chunk).Order());
        Assert.All(actual, chunk => Assert.Equal(scores[chunk.Chunk], chunk.Score, 1e-6));
        Assert.True(actual.Zip(actual.Skip(1)).All(pair =>
            pair.First.Score > pair.Second.Score || (pair.First.Score == pair.Second.Score && pair.First.Chunk < pair.Second.Chunk)));
    }

    private static WordIndex Of(FieldWeights weights, params string[] bodies) =>
        new(weights, bodies.Select((body, i) => ((long)i, ChunkStems.Of(new ChunkWords("", "", body)))));

    private static FullTextIndex Reference(FieldWeights weights, string[] bodies)
    {
        var reference = new FullTextIndex(":memory:", weights);
        reference.Put(bodies.Select((body, i) => ((long)i, new ChunkWords("", "", body))));
        return reference;
    }

    private static WordRanking Find(WordIndex index, string text) =>
        index.Search(KeywordQuery.Terms(text), 1_000, () => null, CancellationToken.None);

    private static IEnumerable<long> Ids(WordRanking ranking) => ranking.Chunks.Select(chunk => chunk.Chunk);

    private static string Repeated(string word, int count) => string.Join(' ', Enumerable.Repeat(word, count));

    private static string Zipf(Random random, int words) => string.Join(' ', Enumerable.Range(0, words).Select(
        _ => string.Create(CultureInfo.InvariantCulture, $"w{(int)Math.Pow(5_000, random.NextDouble())}x")));
}
