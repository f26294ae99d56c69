using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.TestShared;
using Xunit.Abstractions;

namespace Millrace.Retrieval.Tests.Search;

/// <summary>The public question set: 232 chunks, 100 questions. Plain BM25 is known to reach R@3 .653 and MRR .797.</summary>
public sealed class AnthropicDocsTests(ITestOutputHelper output)
{
    [SharedDataFact("anthropic-docs/chunks.json")]
    public async Task KeywordSearch_AnthropicDocs_ReachesPlainBm25()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("docs", chunkTokensMax: 8192);
        var chunks = Read<DocsChunk>("chunks.json");
        foreach (var (chunk, i) in chunks.Select((chunk, i) => (chunk, i)))
        {
            var header = new UploadHeader { Collection = "docs", DocumentId = $"{i}", MediaType = "text/plain" };
            await retrieval.UploadAsync(header, System.Text.Encoding.UTF8.GetBytes(chunk.Text));
        }

        await retrieval.AllReadyAsync("docs");
        var (recall, reciprocal) = (0.0, 0.0);
        var questions = Read<DocsQuestion>("questions.json");
        foreach (var question in questions)
        {
            var found = await retrieval.Client.SearchAsync(
                new SearchRequest { Collections = { "docs" }, Query = question.Question, Mode = SearchMode.Keyword, TopK = 20 });
            var ids = found.Results.Select(result => int.Parse(result.Passage.DocumentId, CultureInfo.InvariantCulture));
            var links = ids.Select(id => chunks[id].Link).ToList();
            recall += question.CorrectChunks.Count(links.Take(3).Contains) / (double)question.CorrectChunks.Length;
            var first = links.FindIndex(question.CorrectChunks.Contains);
            reciprocal += first < 0 ? 0 : 1.0 / (first + 1);
        }

        output.WriteLine($"R@3 {recall / questions.Length:f3}, MRR {reciprocal / questions.Length:f3}");
        Assert.True(recall / questions.Length >= 0.68, $"R@3 is {recall / questions.Length:f3}");
        Assert.True(reciprocal / questions.Length >= 0.83, $"MRR is {reciprocal / questions.Length:f3}");
    }

    private static T[] Read<T>(string file) =>
        JsonSerializer.Deserialize<T[]>(File.ReadAllText(Path.Combine(RepoPaths.SharedData!, "anthropic-docs", file)))!;

    private sealed record DocsChunk(
        [property: JsonPropertyName("chunk_link")] string Link, [property: JsonPropertyName("text")] string Text);

    private sealed record DocsQuestion(
        [property: JsonPropertyName("question")] string Question, [property: JsonPropertyName("correct_chunks")] string[] CorrectChunks);
}
