using System.Net.Http.Json;
using System.Text.Json;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Tests.Fakes;

namespace Millrace.Gateway.Tests.Quoting;

public sealed class QuoteCascadeTests
{
    private const string Refusal = "I don't have enough information to answer that.";

    [Fact]
    public async Task Answer_SecondSentenceIsQuoted_CitesThePassageThatHoldsIt()
    {
        await using var platform = await StartAsync();
        platform.Retrieval.Found =
        [
            ("fees.md", "Standard shipping to islands costs extra. Fees are listed."),
            ("shipping.md", "Standard shipping takes three days."),
        ];
        platform.Inference.Script = (request, speaker) => speaker.SayAsync(
            Question(request).Contains("three days", StringComparison.Ordinal) ? "Standard shipping takes three days. [1]" : Refusal);

        var answer = await platform.AskAsync("docs-assistant", "How long does standard shipping take?");

        Assert.Equal("Standard shipping takes three days. [2]", Message(answer).GetProperty("content").GetString());
        Assert.Equal(
            "/v1/collections/samples/documents/shipping.md/text?version=2&start=100&length=35",
            Message(answer).GetProperty("annotations")[0].GetProperty("url_citation").GetProperty("url").GetString());
        Assert.All(
            platform.Inference.Requests, request => Assert.DoesNotContain("[2] (Source", Question(request), StringComparison.Ordinal));
        Assert.Equal(11 * platform.Inference.Requests.Count, answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Fact]
    public async Task Answer_NothingSpeaksOfTheQuestion_RefusesWithoutTheModel()
    {
        await using var platform = await StartAsync();

        var answer = await platform.AskAsync("docs-assistant", "Who painted the Mona Lisa?");

        Assert.Equal(Refusal, Message(answer).GetProperty("content").GetString());
        Assert.Empty(platform.Inference.Requests);
    }

    [Fact]
    public async Task Answer_SeveralChoices_AreOneGenerationPerTry()
    {
        await using var platform = await StartAsync();
        platform.Inference.Answers("Standard shipping", " takes three days. [1]");

        using var response = await platform.ChatAsync(new
        {
            model = "docs-assistant",
            messages = new[] { new { role = "user", content = "How long does standard shipping take?" } },
            n = 3,
        });

        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(
            Enumerable.Repeat("Standard shipping takes three days. [2]", 3),
            answer.GetProperty("choices").EnumerateArray()
                .Select(choice => choice.GetProperty("message").GetProperty("content").GetString()));
        Assert.Equal(1u, Assert.Single(platform.Inference.Requests).ChoiceCount);
        var usage = answer.GetProperty("usage");
        Assert.Equal((11, 2), (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32()));
    }

    private static Task<Platform> StartAsync() => Platform.StartAsync(settings: ("Assistants:docs-assistant:Grounding", "Quote"));

    private static string Question(GenerateRequest request) => request.Chat.Messages[^1].Content;

    private static JsonElement Message(JsonElement answer) => answer.GetProperty("choices")[0].GetProperty("message");
}
