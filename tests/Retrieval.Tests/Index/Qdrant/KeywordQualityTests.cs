using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.TestShared;
using Xunit.Abstractions;
using static Millrace.Retrieval.Tests.Index.Qdrant.IndexSamples;

namespace Millrace.Retrieval.Tests.Index.Qdrant;

/// <summary>Words find on the server what they find in the embedded index, where the public questions reach R@3 .702 and MRR
/// .854.</summary>
public sealed class KeywordQualityTests(ITestOutputHelper output)
{
    [SharedDataFact("anthropic-docs/chunks.json")]
    public async Task KeywordAsync_PublicQuestions_AreAnsweredAsByTheEmbeddedIndex()
    {
        await using var fixture = await QdrantFixture.StartAsync();
        await fixture.Index.OpenAsync(Settings, CancellationToken.None);
        var chunks = Read<DocsChunk>("chunks.json");
        await fixture.Index.PutAsync(
            Id, [.. chunks.Select((chunk, i) => new IndexDocument(Attributes(i), [ChunkOf(chunk, i)]))], CancellationToken.None);

        var (recall, reciprocal) = (0.0, 0.0);
        var questions = Read<DocsQuestion>("questions.json");
        foreach (var question in questions)
        {
            var found = await fixture.Index.KeywordAsync(Id, ByWords(question.Question, 20), CancellationToken.None);
            var links = Ids(found).Select(id => chunks[id].Link).ToList();
            recall += question.CorrectChunks.Count(links.Take(3).Contains) / (double)question.CorrectChunks.Length;
            var first = links.FindIndex(question.CorrectChunks.Contains);
            reciprocal += first < 0 ? 0 : 1.0 / (first + 1);
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"R@3 {recall / questions.Length:f3}, MRR {reciprocal / questions.Length:f3}"));
        Assert.True(recall / questions.Length > 0.69, "R@3");
        Assert.True(reciprocal / questions.Length > 0.84, "MRR");
    }

    private static IndexChunk ChunkOf(DocsChunk chunk, int row) =>
        new(row, new ChunkWords("", "", chunk.Text), FakeEmbeddingService.Vector("x"));

    private static T[] Read<T>(string file) =>
        JsonSerializer.Deserialize<T[]>(File.ReadAllText(Path.Combine(RepoPaths.SharedData!, "anthropic-docs", file)))!;

    private sealed record DocsChunk(
        [property: JsonPropertyName("chunk_link")] string Link, [property: JsonPropertyName("text")] string Text);

    private sealed record DocsQuestion(
        [property: JsonPropertyName("question")] string Question, [property: JsonPropertyName("correct_chunks")] string[] CorrectChunks);
}
