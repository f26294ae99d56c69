using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using Millrace.Retrieval.Context;
using Millrace.Retrieval.Search;
using Millrace.Retrieval.Store;
using Millrace.Retrieval.Tests.Fixtures;

namespace Millrace.Retrieval.Tests.Context;

/// <summary>What holds for every context, whatever was found.</summary>
public sealed class ContextPropertyTests
{
    private static readonly Gen<Case> Cases =
        from seed in Gen.Choose(0, int.MaxValue)
        from tokensMax in Gen.Choose(0, 400)
        from order in Gen.Elements(Enum.GetValues<ContextOrder>())
        from neighbours in Gen.Choose(0, 3)
        from keepOverlaps in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
        select new Case(
            seed,
            new ContextRequest { TokensMax = tokensMax, Order = order, NeighbourChunks = neighbours, KeepOverlaps = keepOverlaps });

    [Fact]
    public void Pack_Anything_KeepsItsPromises() =>
        Prop.ForAll(Cases.ToArbitrary(), one => Check(one)).Check(Config.QuickThrowOnFailure.WithMaxTest(400));

    private static Property Check(Case one)
    {
        var (documents, hits) = Random(one.Seed);
        var packed = Pack(documents, hits, one.Request);
        var shown = packed.Passages;
        return True(FakeEmbeddingService.CountTokens(packed.Text) <= one.Request.TokensMax || shown.Count == 0, "over the budget")
            .And(True(shown.Count == 0 || packed.TokenCount == FakeEmbeddingService.CountTokens(packed.Text), "counted wrongly"))
            .And(True(packed.Text == ContextFormat.Render(shown), "rendered otherwise"))
            .And(True(shown.All(passage => Resolves(documents, passage.Passage)), "an offset does not resolve"))
            .And(True(one.Request.KeepOverlaps || !shown.Any(a => shown.Any(b => a != b && Overlap(a, b))), "a text twice"))
            .And(True(packed.DroppedCount == hits.Count(hit => !IsShown(shown, hit)), "dropped counted wrongly"))
            .And(True(IsOrdered(shown, one.Request.Order), "in another order"))
            .And(True(one.Request.NeighbourChunks > 0 || NothingElseFits(documents, hits, packed, one.Request), "left out what fits"));
    }

    private static Property True(bool holds, string otherwise) => holds.Label(otherwise);

    private static bool Resolves(SampleDocuments documents, StoredPassage passage) =>
        documents.TextOf(passage).Substring(passage.Start, passage.Text.Length) == passage.Text;

    private static bool Overlap(ContextPassage a, ContextPassage b) => a.Passage.Edition == b.Passage.Edition
        && a.Passage.Start < b.Passage.End() && b.Passage.Start < a.Passage.End();

    private static bool IsShown(IReadOnlyList<ContextPassage> shown, SearchHit hit) =>
        shown.Any(passage => passage.Passage.Edition == hit.Passage.Edition && passage.ChunkIds.Contains(hit.Passage.ChunkId));

    private static bool IsOrdered(IReadOnlyList<ContextPassage> shown, ContextOrder order) => order switch
    {
        ContextOrder.Relevance => shown.Zip(shown.Skip(1)).All(pair => pair.First.Score >= pair.Second.Score),
        ContextOrder.Document => shown.Zip(shown.Skip(1)).All(pair => pair.First.Passage.Edition != pair.Second.Passage.Edition
                || pair.First.Passage.Start <= pair.Second.Passage.Start)
            && shown.GroupBy(passage => passage.Passage.Edition).Select(group => group.Max(passage => passage.Score)).ToList() is var best
            && best.SequenceEqual(best.OrderDescending()),
        _ => shown.Count == 0 || Math.Max(shown[0].Score, shown[^1].Score) == shown.Max(passage => passage.Score),
    };

    // The best of what was left out, packed with what was taken, is over the budget; for chunks that stand alone, so that nothing merges.
    private static bool NothingElseFits(
        SampleDocuments documents, IReadOnlyList<SearchHit> hits, PackedContext packed, ContextRequest request)
    {
        var taken = hits.Where(hit => IsShown(packed.Passages, hit)).ToList();
        var roomy = request with { TokensMax = 1_000_000 };
        return hits.Except(taken).All(hit =>
            FakeEmbeddingService.CountTokens(Pack(documents, [.. taken, hit], roomy).Text) > request.TokensMax);
    }

    private static PackedContext Pack(SampleDocuments documents, IReadOnlyList<SearchHit> hits, ContextRequest request) =>
        new ContextBuilder(new EncoderCounters(new FakeEncoder()), documents, NullLogger<ContextBuilder>.Instance)
            .PackAsync(hits, request, CancellationToken.None).GetAwaiter().GetResult();

    // Documents of a few words, cut into chunks that overlap, touch or leave gaps.
    private static (SampleDocuments Documents, IReadOnlyList<SearchHit> Hits) Random(int seed)
    {
        var random = new Random(seed);
        var documents = new SampleDocuments();
        List<StoredPassage> chunks = [];
        for (var d = random.Next(1, 5); d > 0; d--)
        {
            var words = Enumerable.Range(0, random.Next(1, 60)).Select(_ => $"w{random.Next(100)}{(random.Next(5) == 0 ? "\n\n" : " ")}");
            var text = string.Concat(words);
            chunks.AddRange(documents.Add($"d{d}.md", text, Cuts(random, text)));
        }

        return (documents, SampleDocuments.Hits(chunks.Where(_ => random.Next(3) > 0).OrderBy(_ => random.Next())));
    }

    // Between words only, as chunkers cut.
    private static List<(int Start, int Length)> Cuts(Random random, string text)
    {
        List<int> places = [.. Enumerable.Range(1, text.Length).Where(i => i == text.Length || text[i] == 'w').Prepend(0)];
        List<(int, int)> cuts = [];
        for (var from = 0; from < places.Count - 1;)
        {
            var to = Math.Min(places.Count - 1, from + random.Next(1, 12));
            if (random.Next(5) > 0) cuts.Add((places[from], text[places[from]..places[to]].TrimEnd().Length));
            from = Math.Max(from + 1, to - random.Next(4));
        }

        return cuts;
    }

    private sealed record Case(int Seed, ContextRequest Request);
}
