using System.Text.Json;
using System.Text.Json.Serialization;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.TestShared;
using Xunit.Abstractions;

namespace Millrace.Retrieval.Tests.Search;

/// <summary>The sample knowledge base and its questions: how often an expected document is among the first passages.</summary>
public sealed class SampleQuestionsTests(ITestOutputHelper output)
{
    private static string Samples => Path.Combine(RepoPaths.Root, "samples");

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    [InlineData(160)]
    [InlineData(256)]
    public async Task KeywordSearch_SampleQuestions_FindsExpectedDocument(int chunkTokensMax)
    {
        await using var retrieval = await RunningRetrieval.StartAsync(settings:
        [
            ("Seeding:Folder", Path.Combine(Samples, "knowledge-base")),
            ("Retrieval:Chunking:TokensMax", $"{chunkTokensMax}"),
        ]);
        await retrieval.SeededAsync();
        var found = new int[5];
        var questions = Questions();
        foreach (var question in questions)
        {
            var results = await retrieval.SearchAsync("samples", question.Text, SearchMode.Keyword);
            var rank = results.ToList().FindIndex(result => question.Sources.Contains(result.Passage.DocumentId));
            if (rank < 0) output.WriteLine($"missed: {question.Text}");
            for (var i = Math.Max(0, rank); rank >= 0 && i < found.Length; i++) found[i]++;
        }

        output.WriteLine($"{chunkTokensMax}: {questions.Length} questions, found among first 1: {found[0]}, 3: {found[2]}, 5: {found[4]}");
        Assert.True(found[2] >= 0.9 * questions.Length, $"{found[2]} of {questions.Length} among the first three");
    }

    // What the Gateway relies on when it gives all that a model adds to a question half of the question's weight together.
    [Fact]
    public async Task Search_FourWordingsThatAskForSomethingElse_DoNotOutvoteTheQuestionAtASharedWeight()
    {
        await using var retrieval = await RunningRetrieval.StartAsync(
            settings: ("Seeding:Folder", Path.Combine(Samples, "knowledge-base")));
        await retrieval.SeededAsync();
        var questions = Questions();

        var alone = await FoundFirstAsync(retrieval, questions, weight: 0);
        var shared = await FoundFirstAsync(retrieval, questions, weight: 0.5f / 4);
        var equal = await FoundFirstAsync(retrieval, questions, weight: 1);

        output.WriteLine($"found first: alone {alone} of {questions.Length}, with four others {shared}, at the same weight {equal}");
        Assert.InRange(shared, alone - 2, questions.Length);
        Assert.InRange(equal, 0, alone / 2);
    }

    private static async Task<int> FoundFirstAsync(RunningRetrieval retrieval, Question[] questions, float weight)
    {
        var found = 0;
        for (var i = 0; i < questions.Length; i++)
        {
            var search = new SearchRequest { Collections = { "samples" }, Query = questions[i].Text, Mode = SearchMode.Keyword, TopK = 1 };
            for (var other = 1; weight > 0 && other <= 4; other++)
                search.Variants.Add(new QueryVariant { Text = questions[(i + (17 * other)) % questions.Length].Text, Weight = weight });
            var results = (await retrieval.Client.SearchAsync(search)).Results;
            if (results.Count > 0 && questions[i].Sources.Contains(results[0].Passage.DocumentId)) found++;
        }

        return found;
    }

    private static Question[] Questions()
    {
        var all = JsonSerializer.Deserialize<Question[]>(File.ReadAllText(Path.Combine(Samples, "questions.json"))) ?? [];
        return [.. all.Where(question => question.IsAnswerable)];
    }

    private sealed record Question(
        [property: JsonPropertyName("question")] string Text,
        [property: JsonPropertyName("answerable")] bool IsAnswerable,
        [property: JsonPropertyName("sources")] string[] Sources);
}
