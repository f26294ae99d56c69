using System.Globalization;

namespace Millrace.Bench.Retrieval;

/// <summary>Texts of made-up words, of which few are common and most are rare, as in any language. The same for the same numbers.</summary>
internal static class SearchCorpus
{
    /// <summary>Tokens of a chunk at most: one paragraph fits, two do not.</summary>
    public const int ChunkTokensMax = 32;

    /// <summary>Paragraphs of a document.</summary>
    public const int ParagraphsPerDocument = 100;

    private const int Vocabulary = 50_000;
    private const int WordsPerParagraph = 24;
    private const int WordsPerQuery = 5;
    private const int Shards = 100;

    /// <summary>Key of the metadata by which one document of a hundred is chosen.</summary>
    public const string ShardKey = "shard";

    /// <summary>A document whose paragraphs become a chunk each.</summary>
    public static BenchDocument Document(int number)
    {
        var metadata = string.Create(CultureInfo.InvariantCulture, $$"""{"{{ShardKey}}": {{number % Shards}}}""");
        return new BenchDocument($"d{number}", string.Join("\n\n", Paragraphs(number)), "text/plain", metadata);
    }

    /// <summary>The paragraphs of a document.</summary>
    public static IEnumerable<string> Paragraphs(int number)
    {
        var random = new Random(number);
        return Enumerable.Range(0, ParagraphsPerDocument).Select(_ => Words(random, WordsPerParagraph) + ".");
    }

    /// <summary>A query.</summary>
    public static string Query(int number) => Words(new Random(-1 - number), WordsPerQuery);

    private static string Words(Random random, int count) => string.Join(' ', Enumerable.Range(0, count).Select(_ => Word(random)));

    // Zipf's law: the share of the most frequent words grows with the logarithm of their number.
    private static string Word(Random random) =>
        string.Create(CultureInfo.InvariantCulture, $"w{(int)Math.Pow(Vocabulary, random.NextDouble())}x");
}
