using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Options;
using Millrace.Retrieval.Chunking;
using Millrace.Retrieval.Chunking.Strategies;
using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Tests.Fixtures;
using Xunit.Abstractions;

namespace Millrace.Retrieval.Tests.Chunking;

public sealed class DocumentChunkerTests(BuiltInTokenizer tokenizer, ITestOutputHelper output) : IClassFixture<BuiltInTokenizer>
{
    // Cutting a character at a time takes many times as long, and a busy machine does not.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(3);

    private static readonly string[] Words =
        "the refund policy of a parcel that arrives late is described below and in the handbook".Split(' ');

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CutAsync_CountsAreEstimates_StillKeepsTheLimit(bool joinedCountsMore)
    {
        // A tokenizer for which a joined text is longer than its parts, as no sum of words foresees.
        var encoder = new BagOfWordsEncoder(text =>
            FakeEmbeddingService.CountTokens(text) + (joinedCountsMore ? text.Count(char.IsWhiteSpace) / 2 : 0));
        var paragraphs = Enumerable.Range(0, 40).Select(i => $"This is sentence {i}. It is short.");
        var document = ParsedDocuments.PlainText(string.Join("\n\n", paragraphs));
        var settings = new ChunkingSettings(40, 0);
        var chunker = new DocumentChunker(new EncoderMeter(encoder, ""), new RecursiveStrategy(), settings, headers: null);

        var chunks = await chunker.CutAsync(document, CancellationToken.None);

        var counts = await encoder.CountTokensAsync("", [.. chunks.Select(chunk => chunk.TextIn(document))], CancellationToken.None);
        Assert.Equal(counts, chunks.Select(chunk => chunk.TokenCount));
        Assert.All(counts, count => Assert.InRange(count, 1, 40));
        Assert.True(chunks.Count < 25);
        Assert.InRange(encoder.CountCalls, 3, 8);
    }

    [Theory]
    [InlineData("Handbook", new[] { "Handbook", "Leave" }, "Handbook > Leave")]
    [InlineData("Guide", new[] { "Leave", "Holidays" }, "Guide > Leave > Holidays")]
    [InlineData("Guide", new string[0], "Guide")]
    public async Task CutAsync_WithHeader_SaysWhereTheChunkStands(string title, string[] breadcrumb, string expected)
    {
        var chunk = await CutOneAsync(title, breadcrumb, headerTokensMax: 48, new WordMeter());

        Assert.Equal(expected, chunk.Header);
        Assert.Equal($"{expected}\nSome text.", chunk.EmbeddedTextIn(new ParsedDocument(title, "Some text.", [])));
    }

    [Fact]
    public async Task CutAsync_LongHeadings_AreCutToTheBudget()
    {
        var words = string.Join(' ', Enumerable.Range(0, 200).Select(i => $"w{i}"));

        var middle = await CutOneAsync("Title", [words, "Last"], headerTokensMax: 8, new WordMeter());
        var ends = await CutOneAsync("T " + words, ["L " + words], headerTokensMax: 9, new WordMeter());

        Assert.Equal("Title > Last", middle.Header);
        Assert.Equal("T w0 w1 w2 w3 > L w0 w1", ends.Header);
    }

    [Fact]
    public async Task CutAsync_ContextIsFull_LeavesTheHeaderOut()
    {
        var chunk = await CutOneAsync("Title", ["Last"], headerTokensMax: 8, new WordMeter { ContextTokensMax = 5 });

        Assert.Equal(("", 5), (chunk.Header, chunk.TokenCount));
        Assert.Equal("Some text.", chunk.EmbeddedTextIn(new ParsedDocument("", "Some text.", [])));
    }

    [Fact]
    public async Task CreateAsync_LimitBeyondTheContext_IsTheContext()
    {
        var factory = new ChunkerFactory(new OneMeter(tokenizer.Meter), new BagOfWordsEncoder(), Options.Create(new RetrievalOptions()));
        var document = ParsedDocuments.PlainText(Prose(new Random(3), chars: 20_000));

        var chunker = await factory.CreateAsync(new EncoderChoice("", 0), new ChunkingSettings(4096, 0), CancellationToken.None);
        var chunks = await chunker.CutAsync(document, CancellationToken.None);

        Assert.InRange(chunks.Max(chunk => chunk.TokenCount), 400, 512);
        Assert.All(chunks, chunk => Assert.InRange(tokenizer.Count(chunk.EmbeddedTextIn(document)), 1, 512));
    }

    [Theory]
    [InlineData(ChunkingStrategy.Recursive, 160, 0)]
    [InlineData(ChunkingStrategy.Recursive, 512, 50)]
    [InlineData(ChunkingStrategy.Paragraph, 160, 0)]
    [InlineData(ChunkingStrategy.Markdown, 160, 0)]
    [InlineData(ChunkingStrategy.SentenceWindow, 160, 0)]
    [InlineData(ChunkingStrategy.Semantic, 160, 0)]
    [InlineData(ChunkingStrategy.Fixed, 160, 20)]
    public async Task CutAsync_Megabyte_IsCutWhole(ChunkingStrategy strategy, int tokensMax, int overlap)
    {
        var document = ParsedDocuments.Markdown(Prose(new Random(5), chars: 1 << 20));
        var settings = new ChunkingSettings(tokensMax, overlap) { Strategy = strategy };
        var chunker = new DocumentChunker(tokenizer.Meter, ChunkCase.StrategyOf(strategy), settings, new HeaderWriter(tokenizer.Meter, 48));
        await chunker.CutAsync(ParsedDocuments.Markdown(Prose(new Random(6), chars: 50_000)), CancellationToken.None);

        var watch = Stopwatch.StartNew();
        var chunks = await chunker.CutAsync(document, CancellationToken.None);

        output.WriteLine($"{strategy} {tokensMax}/{overlap}: {1 / watch.Elapsed.TotalSeconds:f1} MB/s, {chunks.Count} chunks");
        Assert.InRange(chunks.Sum(chunk => (long)chunk.Ranked.Length), document.Text.Length * 9L / 10, document.Text.Length * 2L);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("漢")]
    [InlineData("😀")]
    [InlineData("a.")]
    [InlineData(". ")]
    [InlineData("\n\n")]
    [InlineData("the")]
    [InlineData("☃")]
    [InlineData("e\u0301")]
    public async Task CutAsync_OneUnitOverAndOver_EndsSoon(string unit)
    {
        var document = ParsedDocuments.PlainText("a" + string.Concat(Enumerable.Repeat(unit, 300_000 / unit.Length)) + "b");
        await WordPieceCutAsync(ParsedDocuments.PlainText(string.Concat(Enumerable.Repeat(unit, 2_000))), new ChunkingSettings(160, 20));
        foreach (var strategy in Enum.GetValues<ChunkingStrategy>())
        {
            var settings = new ChunkingSettings(160, 20) { Strategy = strategy };
            var watch = Stopwatch.StartNew();

            var chunks = await WordPieceCutAsync(document, settings);

            output.WriteLine($"{strategy}: {watch.Elapsed.TotalMilliseconds:f0} ms, {chunks.Count} chunks");
            Assert.True(watch.Elapsed < Soon, $"{strategy} took {watch.Elapsed}");
        }
    }

    private Task<IReadOnlyList<Chunk>> WordPieceCutAsync(ParsedDocument document, ChunkingSettings settings) =>
        new DocumentChunker(tokenizer.Meter, ChunkCase.StrategyOf(settings.Strategy), settings, headers: null)
            .CutAsync(document, CancellationToken.None);

    private static async Task<Chunk> CutOneAsync(string title, string[] breadcrumb, int headerTokensMax, ITextMeter meter)
    {
        var document = new ParsedDocument(title, "Some text.", [new Section(breadcrumb, 0, 10)]);
        var chunker = new DocumentChunker(
            meter, new RecursiveStrategy(), new ChunkingSettings(100, 0), new HeaderWriter(meter, headerTokensMax));
        return Assert.Single(await chunker.CutAsync(document, CancellationToken.None));
    }

    private static string Prose(Random random, int chars)
    {
        var text = new StringBuilder("# Handbook\n\n");
        for (var paragraph = 1; text.Length < chars; paragraph++)
        {
            if (paragraph % 7 == 0) text.Append(paragraph % 3 == 0 ? "## " : "### ").Append($"Part {paragraph}\n\n");
            for (var sentence = random.Next(2, 9); sentence > 0; sentence--)
            {
                text.Append("There");
                for (var word = random.Next(5, 25); word > 0; word--) text.Append(' ').Append(Words[random.Next(Words.Length)]);
                text.Append(random.Next(6) == 0 ? $" {random.Next(1000)}. " : ". ");
            }

            text.Append("\n\n");
        }

        return text.ToString();
    }

    private sealed class OneMeter(ITextMeter meter) : ITokenCounters
    {
        public Task<ITextMeter> ForAsync(string model, CancellationToken cancellationToken) => Task.FromResult(meter);
    }
}
