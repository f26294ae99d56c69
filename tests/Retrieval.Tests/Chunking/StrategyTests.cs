using Millrace.Retrieval.Chunking;
using Millrace.Retrieval.Chunking.Strategies;
using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Tests.Fixtures;

namespace Millrace.Retrieval.Tests.Chunking;

public sealed class StrategyTests
{
    private const string Handbook =
        "# Handbook\n\nAll of it.\n\n## Leave\n\n### Holidays\n\nTwenty five days.\n\n### Illness\n\nCall before nine.\n\n"
        + "## Travel\n\nBook early.";

    [Fact]
    public async Task Recursive_LongSection_NeverCutsASentenceThatFits()
    {
        var document = Sentences(60, i => $"Sentence number {i} has a few words.");

        var chunks = await WordMeter.CutAsync(new RecursiveStrategy(), document, new ChunkingSettings(40, 0));

        Assert.True(chunks.Count > 5);
        Assert.All(chunks, chunk => Assert.EndsWith("words.", chunk.TextIn(document), StringComparison.Ordinal));
        Assert.All(chunks, chunk => Assert.StartsWith("Sentence", chunk.TextIn(document), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Recursive_WithOverlap_SharesWholeSentences()
    {
        var document = Sentences(20, i => $"This is sentence {i}.");

        var chunks = await WordMeter.CutAsync(new RecursiveStrategy(), document, new ChunkingSettings(27, 10));

        Assert.Equal(
            "This is sentence 0. This is sentence 1. This is sentence 2. This is sentence 3. This is sentence 4.",
            chunks[0].TextIn(document));
        Assert.Equal(
            "This is sentence 3. This is sentence 4. This is sentence 5. This is sentence 6. This is sentence 7.",
            chunks[1].TextIn(document));
    }

    [Theory]
    [InlineData(ChunkingStrategy.Recursive)]
    [InlineData(ChunkingStrategy.Markdown)]
    [InlineData(ChunkingStrategy.Paragraph)]
    [InlineData(ChunkingStrategy.Fixed)]
    public async Task Overlap_Asked_IsBetweenAllNeighbours(ChunkingStrategy strategy)
    {
        var paragraphs = Enumerable.Range(0, 30).Select(i => $"This is sentence {i}. It is short.");
        var document = ParsedDocuments.PlainText(string.Join("\n\n", paragraphs));
        var settings = new ChunkingSettings(34, 12) { Strategy = strategy, TokensMin = 10 };

        var chunks = await WordMeter.CutAsync(ChunkCase.StrategyOf(strategy), document, settings);

        Assert.True(chunks.Count > 3);
        Assert.All(chunks.Zip(chunks.Skip(1)), pair => Assert.True(
            pair.Second.Start < pair.First.Start + pair.First.Length, $"nothing is shared at {pair.Second.Start}"));
    }

    [Fact]
    public async Task Recursive_ShortSections_StayWhole()
    {
        var document = ParsedDocuments.Markdown("# A\n\none.\n\ntwo.\n\n## B\n\nthree.");

        var chunks = await WordMeter.CutAsync(new RecursiveStrategy(), document, new ChunkingSettings(40, 0));

        Assert.Equal(["one.\n\ntwo.", "three."], chunks.Select(chunk => chunk.TextIn(document)));
    }

    [Fact]
    public async Task Paragraph_ShortOnes_AreJoinedUpToTheMinimum()
    {
        var document = ParsedDocuments.PlainText("One two three.\n\nFour five six.\n\nSeven eight nine ten eleven twelve.\n\nEnd.");
        var settings = new ChunkingSettings(40, 0) { TokensMin = 6 };

        var chunks = await WordMeter.CutAsync(new ParagraphStrategy(), document, settings);

        Assert.Equal(
            ["One two three.\n\nFour five six.", "Seven eight nine ten eleven twelve.\n\nEnd."],
            chunks.Select(chunk => chunk.TextIn(document)));
    }

    [Theory]
    [InlineData(100, "|Handbook All of it. Leave Holidays Twenty five days. Illness Call before nine. Travel Book early.")]
    [InlineData(16, "Handbook|All of it.;Handbook>Leave|Holidays Twenty five days. Illness Call before nine.;Handbook>Travel|Book early.")]
    public async Task Markdown_Subtree_IsOneChunkWhereItFits(int tokensMax, string expected)
    {
        var document = ParsedDocuments.Markdown(Handbook);

        var chunks = await WordMeter.CutAsync(new MarkdownStrategy(), document, new ChunkingSettings(tokensMax, 0));

        Assert.Equal(
            expected.Split(';'),
            chunks.Select(chunk => string.Join('>', chunk.Section.Breadcrumb) + "|" + Whitespace.Collapse(chunk.TextIn(document))));
    }

    [Fact]
    public async Task SentenceWindow_EachSentence_IsRankedWithinItsNeighbours()
    {
        var document = Sentences(6, i => $"This is the long sentence number {i}.");

        var chunks = await WordMeter.CutAsync(new SentenceWindowStrategy(), document, new ChunkingSettings(80, 0) { WindowSentences = 1 });

        Assert.Equal(6, chunks.Count);
        Assert.Equal("This is the long sentence number 2.", chunks[2].RankedTextIn(document));
        Assert.Equal(
            "This is the long sentence number 1. This is the long sentence number 2. This is the long sentence number 3.",
            chunks[2].TextIn(document));
        Assert.Equal(chunks[0].Ranked.Start, chunks[0].Start);
    }

    [Fact]
    public async Task SentenceWindow_Fragment_IsJoinedToTheNextSentence()
    {
        var document = ParsedDocuments.PlainText(
            "Yes. The parcel arrives on Monday morning. No. It does not come on Sundays at all. Really.");

        var chunks = await WordMeter.CutAsync(new SentenceWindowStrategy(), document, new ChunkingSettings(80, 0));

        Assert.Equal(
            ["Yes. The parcel arrives on Monday morning.", "No. It does not come on Sundays at all. Really."],
            chunks.Select(chunk => chunk.RankedTextIn(document)));
    }

    [Fact]
    public async Task Semantic_TopicChanges_AreWhereItIsCut()
    {
        var document = ParsedDocuments.PlainText(
            "The mill grinds the corn daily. The mill grinds the wheat daily. The mill grinds the rye daily. "
            + "Our boats cross a lake slowly. Our boats cross a river slowly. Our boats cross a sea slowly.");
        var encoder = new BagOfWordsEncoder();
        var settings = new ChunkingSettings(80, 0) { TokensMin = 8, BreakpointPercentile = 75 };

        var chunks = await WordMeter.CutAsync(new SemanticStrategy(encoder, new EncoderChoice("", 0)), document, settings);

        Assert.Equal(2, chunks.Count);
        Assert.StartsWith("Our boats cross a lake", chunks[1].TextIn(document), StringComparison.Ordinal);
        Assert.Equal([6], encoder.EmbedBatches);
    }

    [Fact]
    public async Task Fixed_WithOverlap_SharesWholeWords()
    {
        var document = Sentences(30, i => $"w{i}");

        var chunks = await WordMeter.CutAsync(new FixedStrategy(), document, new ChunkingSettings(16, 4));

        Assert.Equal(
            [
                "w0 w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11 w12 w13",
                "w10 w11 w12 w13 w14 w15 w16 w17 w18 w19 w20 w21 w22 w23",
                "w20 w21 w22 w23 w24 w25 w26 w27 w28 w29",
            ],
            chunks.Select(chunk => chunk.TextIn(document)));
    }

    private static ParsedDocument Sentences(int count, Func<int, string> sentence) =>
        ParsedDocuments.PlainText(string.Join(' ', Enumerable.Range(0, count).Select(sentence)));
}
