using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Millrace.Retrieval.Chunking;
using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Tests.Fixtures;

namespace Millrace.Retrieval.Tests.Chunking;

/// <summary>What every way of cutting keeps, for any text and any settings, counted by words and by the built-in model.</summary>
public sealed class ChunkPropertyTests(BuiltInTokenizer tokenizer) : IClassFixture<BuiltInTokenizer>
{
    public static TheoryData<ChunkingStrategy> Strategies() => new(Enum.GetValues<ChunkingStrategy>());

    [Theory]
    [MemberData(nameof(Strategies))]
    public void CutAsync_AnyTextCountedByWords_KeepsEveryPromise(ChunkingStrategy strategy) => CheckAll(strategy, new WordMeter());

    [Theory]
    [MemberData(nameof(Strategies))]
    public void CutAsync_AnyTextCountedByTheModel_KeepsEveryPromise(ChunkingStrategy strategy) => CheckAll(strategy, tokenizer.Meter);

    [Theory]
    [MemberData(nameof(Strategies))]
    public void CutAsync_WithHeaders_KeepsTheirLimitAndTheContext(ChunkingStrategy strategy) => FsCheck.Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(100).WithEndSize(40).WithQuietOnSuccess(true),
        Prop.ForAll(ChunkCase.For(strategy), CheckHeaders));

    private static void CheckAll(ChunkingStrategy strategy, ITextMeter meter) => FsCheck.Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(250).WithEndSize(60).WithQuietOnSuccess(true),
        Prop.ForAll(ChunkCase.For(strategy), given => Check(given, meter)));

    private static void Check(ChunkCase given, ITextMeter meter)
    {
        var (document, settings) = given;
        var chunks = Cut(given, meter);

        Assert.Equal(chunks.Select(Shape), Cut(given, meter).Select(Shape));
        var counts = meter.CountAsync([.. chunks.Select(chunk => chunk.TextIn(document))], CancellationToken.None).GetAwaiter().GetResult();
        for (var i = 0; i < chunks.Count; i++)
        {
            Assert.Equal(counts[i], chunks[i].TokenCount);
            AssertSound(document, chunks[i], settings);
        }

        AssertNothingLost(document, chunks);
        AssertOrder(chunks, settings, meter, document);
        AssertPacked(chunks, given, meter);
    }

    private static IReadOnlyList<Chunk> Cut(ChunkCase given, ITextMeter meter) =>
        new DocumentChunker(meter, ChunkCase.StrategyOf(given.Settings.Strategy), given.Settings, headers: null)
            .CutAsync(given.Document, CancellationToken.None).GetAwaiter().GetResult();

    private static (int Start, int Length, int TokenCount, TextRange Ranked) Shape(Chunk chunk) =>
        (chunk.Start, chunk.Length, chunk.TokenCount, chunk.Ranked);

    private static void AssertSound(ParsedDocument document, Chunk chunk, ChunkingSettings settings)
    {
        var text = chunk.TextIn(document);
        if (chunk.TokenCount > settings.TokensMax) Assert.Equal(text.Length, StringInfo.GetNextTextElementLength(text));
        else Assert.True(text.Length <= MeasuredText.CharsMax(settings.TokensMax), "a chunk has too many characters for its tokens");
        Assert.Equal(text.Trim(), text);
        Assert.InRange(chunk.Start, chunk.Section.Start, chunk.Section.Start + chunk.Section.Length - chunk.Length);
        Assert.InRange(chunk.Ranked.Start, chunk.Start, chunk.Start + chunk.Length - 1);
        Assert.InRange(chunk.Ranked.End, chunk.Ranked.Start + 1, chunk.Start + chunk.Length);
        foreach (var offset in new[] { chunk.Start, chunk.Start + chunk.Length, chunk.Ranked.Start, chunk.Ranked.End })
            Assert.True(IsBetweenCharacters(document.Text, offset), $"a character is cut at {offset}");
    }

    // White space ends a character for our purpose: an accent behind a blank has no letter to stand on.
    private static bool IsBetweenCharacters(string text, int offset)
    {
        if (offset == 0 || offset == text.Length || char.IsWhiteSpace(text[offset]) || char.IsWhiteSpace(text[offset - 1])) return true;
        var start = offset;
        while (start > 0 && !char.IsWhiteSpace(text[start - 1])) start--;
        while (start < offset) start += StringInfo.GetNextTextElementLength(text.AsSpan(start));
        return start == offset;
    }

    private static void AssertNothingLost(ParsedDocument document, IReadOnlyList<Chunk> chunks)
    {
        var covered = new bool[document.Text.Length];
        foreach (var chunk in chunks) covered.AsSpan(chunk.Start, chunk.Length).Fill(true);
        foreach (var section in document.Sections)
            for (var i = section.Start; i < section.Start + section.Length; i++)
                Assert.True(covered[i] || char.IsWhiteSpace(document.Text[i]), $"character {i} is in no chunk");
    }

    private static void AssertOrder(
        IReadOnlyList<Chunk> chunks, ChunkingSettings settings, ITextMeter meter, ParsedDocument document)
    {
        var measure = meter.MeasureAsync(document.Text, CancellationToken.None).GetAwaiter().GetResult();
        foreach (var (before, after) in chunks.Zip(chunks.Skip(1)))
        {
            Assert.True(after.Ranked.Start > before.Ranked.Start, "chunks are in reading order");
            if (settings.Strategy == ChunkingStrategy.SentenceWindow)
            {
                Assert.True(after.Ranked.Start >= before.Ranked.End, "sentences do not overlap");
                continue;
            }

            Assert.True(after.Start + after.Length > before.Start + before.Length, "each chunk has something of its own");
            if (after.Start >= before.Start + before.Length) continue;
            Assert.True(settings.OverlapTokens > 0 && settings.Strategy != ChunkingStrategy.Semantic, "chunks overlap unasked");
            Assert.InRange(measure.Count(after.Start, before.Start + before.Length), 0, settings.OverlapTokens);
        }
    }

    // Whoever cuts at every word keeps all other promises. What ends inside of a word has no count that adds up.
    private static void AssertPacked(IReadOnlyList<Chunk> chunks, ChunkCase given, ITextMeter meter)
    {
        var (document, settings) = given;
        if (settings.OverlapTokens > 0 || settings.Strategy is not (ChunkingStrategy.Recursive or ChunkingStrategy.Fixed)) return;
        var measure = meter.MeasureAsync(document.Text, CancellationToken.None).GetAwaiter().GetResult();
        var text = new MeasuredText(document, measure, settings);
        foreach (var (before, after) in chunks.Zip(chunks.Skip(1)))
        {
            var end = after.Start + after.Length;
            var cutsAWord = !char.IsWhiteSpace(document.Text[after.Start - 1])
                || (end < document.Text.Length && !char.IsWhiteSpace(document.Text[end]));
            if (cutsAWord || !ReferenceEquals(before.Section, after.Section)) continue;
            Assert.False(text.Fits(before.Ranked.To(after.Ranked)), $"the chunks at {before.Start} and {after.Start} fit into one");
        }
    }

    private static void CheckHeaders(ChunkCase given)
    {
        const int HeaderTokensMax = 6;
        var (document, settings) = given;
        var meter = new WordMeter { ContextTokensMax = settings.TokensMax + 3 };
        var headers = new HeaderWriter(meter, HeaderTokensMax);
        var chunker = new DocumentChunker(meter, ChunkCase.StrategyOf(settings.Strategy), settings, headers);

        var chunks = chunker.CutAsync(document, CancellationToken.None).GetAwaiter().GetResult();

        foreach (var chunk in chunks)
        {
            var tokens = Count(chunk.Header) - Count("");
            Assert.InRange(tokens, 0, Math.Min(HeaderTokensMax, Math.Max(0, meter.ContextTokensMax - chunk.TokenCount)));
            if (chunk.TokenCount <= settings.TokensMax) Assert.NotEmpty(chunk.Header);
        }

        int Count(string text) => meter.CountAsync([text], CancellationToken.None).GetAwaiter().GetResult()[0];
    }
}
