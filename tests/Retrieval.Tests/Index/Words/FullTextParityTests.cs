using System.Text.Json;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Index.Embedded.Words;
using Millrace.Retrieval.Search;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.TestShared;

namespace Millrace.Retrieval.Tests.Index.Words;

/// <summary>The word index finds what SQLite's FTS5 finds, with the same scores.</summary>
public sealed class FullTextParityTests
{
    private static readonly string[] Vocabulary =
    [
        "run", "running", "runs", "apple", "Äpfel", "apfel", "über", "uber", "mill", "mills", "milling", "x86", "the", "and", "of", "river",
        "stone", "naïve", "naive", "日本", "Москва", "ёлки", "2024", "a", "s", "crème", "brûlée", "cafe\u0301", "ΑΘΗΝΑ", "Straße",
    ];

    [Fact]
    public void Search_RandomCorporaWithChanges_IsThatOfFts5()
    {
        for (var seed = 0; seed < 60; seed++) Compare(new Random(seed));
    }

    [Fact]
    public void Search_SampleDocuments_IsThatOfFts5()
    {
        var folder = Path.Combine(RepoPaths.Root, "samples");
        var paragraphs = Directory.EnumerateFiles(Path.Combine(folder, "knowledge-base"), "*.*", SearchOption.AllDirectories).Order()
            .SelectMany(file => File.ReadAllText(file).Split("\n\n").Select(text => new ChunkWords(Path.GetFileName(file), "", text)));
        using var questions = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "questions.json")));

        Compare([.. paragraphs], Strings(questions.RootElement));
    }

    [SharedDataFact("anthropic-docs/chunks.json")]
    public void Search_AnthropicDocs_IsThatOfFts5()
    {
        var folder = Path.Combine(RepoPaths.SharedData!, "anthropic-docs");
        using var chunks = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "chunks.json")));
        using var questions = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "questions.json")));
        var words = chunks.RootElement.EnumerateArray()
            .Select(chunk => new ChunkWords("", "", chunk.GetProperty("text").GetString()!)).ToList();

        Compare(words, [.. questions.RootElement.EnumerateArray().Select(question => question.GetProperty("question").GetString()!)]);
    }

    private static void Compare(Random random)
    {
        var weights = new FieldWeights(random.Next(4) == 0 ? 0 : random.NextDouble() * 3, random.Next(3), random.Next(3) == 0 ? 0.5 : 1);
        using var reference = new FullTextIndex(":memory:", weights);
        using var index = new WordIndex(weights, []);
        for (var step = 0; step < 30; step++)
        {
            if (random.Next(3) == 0)
            {
                var chunk = (long)random.Next(60);
                reference.Remove(chunk);
                index.Remove([chunk]);
            }
            else
            {
                var batch = Enumerable.Range(0, random.Next(1, 6)).Select(_ => ((long)random.Next(60), Chunk(random))).ToList();
                reference.Put(batch);
                index.Put([.. batch.Select(chunk => (chunk.Item1, ChunkStems.Of(chunk.Item2)))]);
            }

            for (var query = 0; query < 3; query++) Compare(reference, index, Text(random, 8), random.Next(1, 70));
        }
    }

    private static void Compare(List<ChunkWords> words, List<string> questions)
    {
        var (weights, chunks) = (new FieldWeights(2, 1, 1), words.Select((text, i) => ((long)i, text)).ToList());
        using var reference = new FullTextIndex(":memory:", weights);
        using var index = new WordIndex(weights, chunks.Select(chunk => (chunk.Item1, ChunkStems.Of(chunk.text))));
        reference.Put(chunks);
        Assert.True(questions.Count > 10, $"{questions.Count} questions");
        foreach (var question in questions) Compare(reference, index, question, countMax: 20);
    }

    private static void Compare(FullTextIndex reference, WordIndex index, string text, int countMax)
    {
        var terms = KeywordQuery.Terms(text);
        var all = index.Search(terms, int.MaxValue, () => null, CancellationToken.None).Chunks;
        WordIndexTests.AssertSame(reference.Search(text, int.MaxValue), all);
        Assert.Equal(all.Take(countMax), index.Search(terms, countMax, () => null, CancellationToken.None).Chunks);
    }

    private static ChunkWords Chunk(Random random) => new(
        Text(random, random.Next(20) == 0 ? 60 : 4), Text(random, 4), Text(random, random.Next(10) == 0 ? 700 : 20));

    private static string Text(Random random, int wordsMax) => string.Join(
        random.Next(2) == 0 ? " " : ", ",
        Enumerable.Range(0, random.Next(wordsMax)).Select(_ => Vocabulary[(int)(Vocabulary.Length * Math.Pow(random.NextDouble(), 2))]));

    private static List<string> Strings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => [.. element.EnumerateArray().SelectMany(Strings)],
        JsonValueKind.Object => [.. element.EnumerateObject().SelectMany(property => Strings(property.Value))],
        JsonValueKind.String => [element.GetString()!],
        _ => [],
    };
}
