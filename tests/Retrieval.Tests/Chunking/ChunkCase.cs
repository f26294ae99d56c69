using FsCheck;
using FsCheck.Fluent;
using Millrace.Retrieval.Chunking;
using Millrace.Retrieval.Chunking.Strategies;
using Millrace.Retrieval.Encoders;
using Millrace.Retrieval.Parsing;
using Millrace.Retrieval.Tests.Fixtures;

namespace Millrace.Retrieval.Tests.Chunking;

/// <summary>A random document and random settings.</summary>
/// <param name="Document">The document.</param>
/// <param name="Settings">Valid settings.</param>
internal sealed record ChunkCase(ParsedDocument Document, ChunkingSettings Settings)
{
    private static readonly string[] Fragments =
    [
        "word", "Word.", "End!", "why?", "e.g.", "\n", "\n\n", "  ", "\t", "😀", "👨‍👩‍👧‍👦", "e\u0301\u0302", "漢字仮名", "。",
        "。\u0301", "ünïcode", "$4.90",
        "A", new string('x', 300), "a-b_c", "\u00A0", "مرحبا", "z" + new string('\u0301', 90), "\u200B",
        "\u0600", "1.", "No.", new string('漢', 70),
        string.Join('\u200D', Enumerable.Repeat("👧", 9)), "It is late. ", "\uFFFD", "각나", "\u2581", "H1",
    ];

    /// <summary>The strategy of the settings.</summary>
    public static IChunkStrategy StrategyOf(ChunkingStrategy strategy) => strategy switch
    {
        ChunkingStrategy.Paragraph => new ParagraphStrategy(),
        ChunkingStrategy.Markdown => new MarkdownStrategy(),
        ChunkingStrategy.SentenceWindow => new SentenceWindowStrategy(),
        ChunkingStrategy.Semantic => new SemanticStrategy(new BagOfWordsEncoder(), new EncoderChoice("", 0)),
        ChunkingStrategy.Fixed => new FixedStrategy(),
        _ => new RecursiveStrategy(),
    };

    /// <summary>Cases for a strategy.</summary>
    public static Arbitrary<ChunkCase> For(ChunkingStrategy strategy) => (
        from sections in Gen.ListOf(Section())
        from tokensMax in Gen.Choose(16, 80)
        from overlap in Gen.OneOf(Gen.Constant(0), Gen.Choose(0, tokensMax / 2))
        from tokensMin in Gen.Choose(1, tokensMax)
        from window in Gen.Choose(1, 5)
        from percentile in Gen.Choose(50, 99)
        select new ChunkCase(
            Build(sections),
            new ChunkingSettings(tokensMax, overlap)
            {
                Strategy = strategy, TokensMin = tokensMin, WindowSentences = window, BreakpointPercentile = percentile,
            })).ToArbitrary();

    /// <inheritdoc/>
    public override string ToString() => $"{Settings}\n{System.Text.Json.JsonSerializer.Serialize(Document.Text)}";

    private static Gen<(int Level, int Heading, string[] Fragments)> Section() =>
        from level in Gen.Choose(1, 4)
        from heading in Gen.Choose(1, 3)
        from fragments in Gen.ArrayOf(Gen.Elements(Fragments))
        from spaces in Gen.Choose(0, 1)
        select (level, heading, fragments.SelectMany(fragment => new[] { fragment, spaces == 0 ? " " : "" }).ToArray());

    private static ParsedDocument Build(IEnumerable<(int Level, int Heading, string[] Fragments)> sections)
    {
        var builder = new DocumentTextBuilder();
        foreach (var (level, heading, fragments) in sections)
        {
            builder.AddHeading(level, $"H{heading}");
            builder.AddParagraph(string.Concat(fragments));
        }

        return builder.Build("id");
    }
}
