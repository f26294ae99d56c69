using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Prompts;

/// <summary>What assistants and requests say of prompts, presets, sampling and guards, as it reaches the model.</summary>
public sealed class AssistantPromptTests
{
    private const string WithExamples = """
        name: shop
        version: v1
        system: You answer for a shop.
        examples_max: 1
        examples:
          - question: When do parcels come?
            answer: In three days.
          - question: How do returns work?
            answer: Send it back.
        """;

    [Fact]
    public async Task Assistant_WithoutCollections_IsModelPromptAndSampling()
    {
        await using var platform = await Platform.StartAsync(settings:
        [
            ("Assistants:helper:Model", "plain"), ("Assistants:helper:Prompt", "concise@v1"),
            ("Assistants:helper:SamplingPreset", "creative"), ("Assistants:helper:GuardPolicy", "strict"),
        ]);

        await platform.AskAsync("helper", "Hi you");

        var sent = platform.Inference.LastRequest;
        Assert.Equal(2, sent.Chat.Messages.Count);
        Assert.Contains("as few words", sent.Chat.Messages[0].Content, StringComparison.Ordinal);
        Assert.Equal((0.9f, 0.98f), (sent.Sampling.Temperature, sent.Sampling.TopP));
        Assert.Equal(["strict"], platform.Guardrails.Policies);
        Assert.Empty(platform.Retrieval.Requests);
        Assert.Empty(platform.Embedding.Requests);
    }

    [Fact]
    public async Task SamplingPreset_BesideAParameter_TheParameterGoesBefore()
    {
        await using var platform = await Platform.StartAsync();

        using var response = await ChatAsync(platform, "plain", new { sampling_preset = "factual" }, temperature: 1.5);

        Assert.Equal((1.5f, 0.9f), (platform.Inference.LastRequest.Sampling.Temperature, platform.Inference.LastRequest.Sampling.TopP));
    }

    [Fact]
    public async Task PromptPreset_OfARequest_IsInTheSystemMessage()
    {
        await using var platform = await Platform.StartAsync();

        using var response = await ChatAsync(platform, "plain", new { prompt_preset = "chain_of_thought" });

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("begins with 'Answer:'", platform.Inference.LastRequest.Chat.Messages[0].Content, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain", "prompt_preset", "react", "unsupported_parameter")]
    [InlineData("docs-assistant", "prompt_preset", "chain_of_thought", "unsupported_parameter")]
    [InlineData("plain", "prompt_preset", "nothing", "invalid_argument")]
    [InlineData("plain", "sampling_preset", "nothing", "invalid_argument")]
    public async Task Preset_ThatCannotBe_IsRefusedByName(string model, string field, string preset, string code)
    {
        await using var platform = await Platform.StartAsync();

        using var response = await ChatAsync(platform, model, new Dictionary<string, string> { [field] = preset });

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal(($"millrace.{field}", code), (error.GetProperty("param").GetString(), error.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("Prompt", "rag_qa", "shows passages")]
    [InlineData("Prompt", "rag_qa@v99", "Use one of")]
    [InlineData("PromptPreset", "nothing", "chain_of_thought")]
    [InlineData("SamplingPreset", "nothing", "factual")]
    [InlineData("Fallbacks:0", "plain", "not the model itself")]
    public async Task Assistant_ThatNamesWhatCannotBe_DoesNotStart(string key, string value, string told)
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(
            () => Platform.StartAsync(settings: [("Assistants:helper:Model", "plain"), ($"Assistants:helper:{key}", value)]));

        Assert.Contains(told, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Examples_MoreThanMayBeShown_AreThoseMostLikeTheQuestion()
    {
        using var folder = FolderWith(WithExamples);
        await using var platform = await StartAsync(folder);
        platform.Embedding.VectorOf = text => text.Contains("return", StringComparison.OrdinalIgnoreCase) ? [1, 0] : [0, 1];

        await platform.AskAsync("shop-assistant", "May I return it?");
        await platform.AskAsync("shop-assistant", "Are returns free?");

        var sent = platform.Inference.LastRequest.Chat.Messages.Select(message => message.Content);
        Assert.Equal(["You answer for a shop.", "How do returns work?", "Send it back.", "Are returns free?"], sent);
        Assert.Single(platform.Embedding.Requests, request => request.Inputs.Contains("How do returns work?"));
    }

    [Fact]
    public async Task Examples_WithoutEmbedding_AreTheFirstOnes()
    {
        using var folder = FolderWith(WithExamples);
        await using var platform = await StartAsync(folder);
        platform.Embedding.IsAway = true;

        var answer = await platform.AskAsync("shop-assistant", "May I return it?");

        Assert.Equal("When do parcels come?", platform.Inference.LastRequest.Chat.Messages[1].Content);
        Assert.Equal("examples", answer.GetProperty("millrace").GetProperty("degraded")[0].GetString());
    }

    [Fact]
    public async Task Examples_AboveTheirBudget_AreLeftOut()
    {
        using var folder = FolderWith(WithExamples.Replace("examples_max: 1", "examples_tokens_max: 7", StringComparison.Ordinal));
        await using var platform = await StartAsync(folder);

        await platform.AskAsync("shop-assistant", "May I return it?");

        Assert.Equal(4, platform.Inference.LastRequest.Chat.Messages.Count);
    }

    [Fact]
    public async Task Prompt_ThatComesAgain_IsNotCountedTwice()
    {
        await using var platform = await Platform.StartAsync();
        var question = string.Join(' ', Enumerable.Repeat("parcels", 300));

        for (var i = 0; i < 3; i++) await platform.AskAsync("plain", question);
        Assert.Equal(1, platform.Inference.CountCalls);

        await platform.AskAsync("plain", question + " indeed");
        Assert.Equal(2, platform.Inference.CountCalls);
    }

    private static TemporaryFolder FolderWith(string prompt)
    {
        var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("shop.yaml"), prompt);
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Prompts", "rag_qa.v3.yaml"), folder.File("rag_qa.v3.yaml"));
        return folder;
    }

    private static Task<Platform> StartAsync(TemporaryFolder folder) => Platform.StartAsync(settings:
    [
        ("Gateway:PromptFolder", folder.Path), ("Assistants:shop-assistant:Model", "plain"), ("Assistants:shop-assistant:Prompt", "shop"),
    ]);

    private static Task<HttpResponseMessage> ChatAsync(Platform platform, string model, object millrace, double? temperature = null) =>
        platform.ChatAsync(new { model, temperature, messages = new[] { new { role = "user", content = "How long?" } }, millrace });
}
