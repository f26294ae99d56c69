using Microsoft.Extensions.Options;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Index.Qdrant;
using Millrace.Retrieval.Index.Qdrant.Bm25;
using Millrace.Retrieval.Search;

namespace Millrace.Retrieval.Tests.Index.Qdrant.Bm25;

/// <summary>What words count, before the server multiplies in how rare they are.</summary>
public sealed class SparseWordsTests
{
    [Fact]
    public void OfChunk_Words_CountAsBm25Says()
    {
        var terms = Create().OfChunk(new ChunkWords("", "", "The mill mills; the race"));

        var damping = 1.2 * (1 - 0.75 + (0.75 * 5 / 200));
        Assert.Equal(2 * 2.2 / (2 + damping), ValueOf(terms, "mill"), 1e-5);
        Assert.Equal(1 * 2.2 / (1 + damping), ValueOf(terms, "races"), 1e-5);
        Assert.Equal(1 * 2.2 / (1 + damping), ValueOf(terms, "milling mill"), 1e-5);
        Assert.Equal(0, ValueOf(terms, "mill race"));
        Assert.Equal(4, terms.Indices.Length);
        Assert.Equal(terms.Indices.Order().Distinct(), terms.Indices);
    }

    [Fact]
    public void OfChunk_Fields_CountByTheirWeightsAndPairsDoNotCrossThem()
    {
        var terms = Create(options => (options.TitleWeight, options.BreadcrumbWeight) = (3, 0))
            .OfChunk(new ChunkWords("mill", "weir", "race"));

        Assert.True(ValueOf(terms, "mill") > ValueOf(terms, "race"));
        Assert.Equal(0, ValueOf(terms, "weir"));
        Assert.Equal(0, ValueOf(terms, "mill weir"));
    }

    [Fact]
    public void OfChunk_NoWord_IsEmpty() => Assert.True(Create().OfChunk(new ChunkWords("", "…", "?!")).IsEmpty);

    [Fact]
    public void OfQuestion_TermsOfTheKeywordQuery_CountOnceEach()
    {
        var terms = SparseWords.OfQuestion("What is the mill race? The MILL races!");

        string[] asked = ["mill", "race", "mill race", "race mill"];
        Assert.Equal(asked.Select(SparseWords.PositionOf).Intersect(terms.Indices).Order(), terms.Indices);
        Assert.Equal(SparseWords.OfQuestion("mill races").Indices, terms.Indices);
        Assert.All(terms.Values, value => Assert.Equal(1, value));
    }

    [Fact]
    public void PositionOf_KnownTerms_NeverChanges()
    {
        Assert.Equal(PositionOfMill, SparseWords.PositionOf("mill"));
        Assert.Equal(SparseWords.PositionOf("MÏLLS"), SparseWords.PositionOf("mill"));
        Assert.NotEqual(SparseWords.PositionOf("mill race"), SparseWords.PositionOf("race mill"));
    }

    [Fact]
    public void PositionOf_ManyTerms_HardlyMeet()
    {
        var positions = Enumerable.Range(0, 100_000).Select(i => SparseWords.PositionOf($"w{i}")).Distinct().Count();

        Assert.InRange(positions, 99_990, 100_000);
    }

    private const uint PositionOfMill = 2_075_746_871;

    private static SparseWords Create(Action<SearchOptions>? configure = null)
    {
        var retrieval = new RetrievalOptions();
        configure?.Invoke(retrieval.Search);
        return new SparseWords(Options.Create(new QdrantOptions()), Options.Create(retrieval));
    }

    private static double ValueOf(SparseTerms terms, string term)
    {
        var at = Array.IndexOf(terms.Indices, SparseWords.PositionOf(term));
        return at < 0 ? 0 : terms.Values[at];
    }
}
