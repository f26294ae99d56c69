using System.Text;
using Millrace.Retrieval.Chunking;
using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Tests.Fixtures;

namespace Millrace.Retrieval.Tests.Chunking;

public sealed class RecursiveChunkerTests
{
    private static readonly string[] Fragments =
    [
        "word", "Word.", "End!", "why?", "e.g.", "\n", "\n\n", "  ",
        "\t", "😀", "👨‍👩‍👧‍👦", "e\u0301\u0302", "漢字", "。", "ünïcode", "$4.90", "A", new string('x', 300),
        "a-b_c", "\u00A0", "مرحبا", "z" + new string('\u0301', 90),
    ];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task CutAsync_AnyText_KeepsEveryPromise(int seed)
    {
        var random = new Random(seed);
        var settings = new ChunkingSettings(random.Next(16, 80), 0);
        settings = settings with { OverlapTokens = seed % 2 == 0 ? 0 : random.Next(1, settings.TokensMax / 2) };

        // Every third tokenizer counts bytes, and line feeds twice: joined text is longer than its parts.
        Func<string, int> count = seed % 3 == 0 ? CountBytesWithDoubleLineFeeds : FakeEmbeddingService.CountTokens;
        var document = RandomDocument(random);

        var chunks = await new RecursiveChunker(new WordCounter(count), settings).CutAsync(document, CancellationToken.None);

        foreach (var chunk in chunks)
        {
            var text = chunk.TextIn(document);
            Assert.Equal(chunk.TokenCount, count(text));
            Assert.InRange(chunk.TokenCount, 1, settings.TokensMax);
            Assert.Equal(text.Trim(), text);
            Assert.False(char.IsLowSurrogate(text[0]) || char.IsHighSurrogate(text[^1]), "a surrogate pair was cut");
            Assert.InRange(chunk.Start, chunk.Section.Start, chunk.Section.Start + chunk.Section.Length - chunk.Length);
        }

        AssertNothingLost(document, chunks);
        AssertOverlap(document, chunks, settings, count);
    }

    [Fact]
    public async Task CutAsync_LongSection_NeverCutsASentenceThatFits()
    {
        var sentences = Enumerable.Range(0, 60).Select(i => $"Sentence number {i} has a few words.").ToList();
        var document = ParsedDocuments.PlainText(string.Join(' ', sentences));

        var chunks = await new RecursiveChunker(new WordCounter(), new ChunkingSettings(40, 0)).CutAsync(document, CancellationToken.None);

        Assert.True(chunks.Count > 5);
        Assert.All(chunks, chunk => Assert.EndsWith("words.", chunk.TextIn(document), StringComparison.Ordinal));
        Assert.All(chunks, chunk => Assert.StartsWith("Sentence", chunk.TextIn(document), StringComparison.Ordinal));
    }

    [Fact]
    public async Task CutAsync_WithOverlap_SharesWholeSentences()
    {
        var document = ParsedDocuments.PlainText(string.Join(' ', Enumerable.Range(0, 20).Select(i => $"This is sentence {i}.")));

        var chunks = await new RecursiveChunker(new WordCounter(), new ChunkingSettings(27, 10)).CutAsync(document, CancellationToken.None);

        Assert.Equal(
            "This is sentence 0. This is sentence 1. This is sentence 2. This is sentence 3. This is sentence 4.",
            chunks[0].TextIn(document));
        Assert.StartsWith(
            "This is sentence 3. This is sentence 4. This is sentence 5.", chunks[1].TextIn(document), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CutAsync_ShortSections_StayWholeWithOneCall()
    {
        var counter = new WordCounter();
        var document = ParsedDocuments.Markdown("# A\n\none.\n\ntwo.\n\n## B\n\nthree.");

        var chunks = await new RecursiveChunker(counter, new ChunkingSettings(40, 0)).CutAsync(document, CancellationToken.None);

        Assert.Equal(["one.\n\ntwo.", "three."], chunks.Select(chunk => chunk.TextIn(document)));
        Assert.Equal(1, counter.Calls);
    }

    [Fact]
    public async Task CutAsync_LargeDocument_CountsInAHandfulOfCalls()
    {
        var counter = new WordCounter();
        var document = ParsedDocuments.PlainText(string.Join(' ', Enumerable.Range(0, 20_000).Select(i => $"Sentence {i} is here.")));

        await new RecursiveChunker(counter, new ChunkingSettings(100, 0)).CutAsync(document, CancellationToken.None);

        Assert.InRange(counter.Calls, 1, 8);
    }

    public static TheoryData<int> Seeds() => new(Enumerable.Range(0, 120));

    private static int CountBytesWithDoubleLineFeeds(string text) => Encoding.UTF8.GetByteCount(text) + text.Count(c => c == '\n') + 2;

    private static ParsedDocument RandomDocument(Random random)
    {
        var builder = new DocumentTextBuilder();
        for (var section = random.Next(1, 4); section > 0; section--)
        {
            var text = new StringBuilder();
            for (var i = random.Next(0, 120); i > 0; i--)
                text.Append(Fragments[random.Next(Fragments.Length)]).Append(random.Next(3) > 0 ? " " : "");
            builder.AddHeading(random.Next(1, 4), $"H{section}");
            builder.AddParagraph(text.ToString());
        }

        return builder.Build("id");
    }

    private static void AssertNothingLost(ParsedDocument document, IReadOnlyList<Chunk> chunks)
    {
        var covered = new bool[document.Text.Length];
        foreach (var chunk in chunks) covered.AsSpan(chunk.Start, chunk.Length).Fill(true);
        foreach (var section in document.Sections)
            for (var i = section.Start; i < section.Start + section.Length; i++)
                Assert.True(covered[i] || char.IsWhiteSpace(document.Text[i]), $"character {i} is in no chunk");
    }

    private static void AssertOverlap(
        ParsedDocument document, IReadOnlyList<Chunk> chunks, ChunkingSettings settings, Func<string, int> count)
    {
        foreach (var (before, after) in chunks.Zip(chunks.Skip(1)))
        {
            Assert.True(after.Start > before.Start, "chunks are in reading order");
            var shared = before.Start + before.Length - after.Start;
            if (shared <= 0 || before.Section != after.Section) continue;
            Assert.True(settings.OverlapTokens > 0, "chunks overlap though none was asked for");
            var tokens = count(document.Text.Substring(after.Start, shared).Replace("\n", "", StringComparison.Ordinal));
            Assert.InRange(tokens - 2, 1, settings.OverlapTokens + CountOfSpaces(document.Text.AsSpan(after.Start, shared)));
        }
    }

    // A tokenizer that counts bytes counts the white space between two sentences too, which belongs to neither.
    private static int CountOfSpaces(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var c in text) if (char.IsWhiteSpace(c)) count += 2;
        return count;
    }
}
