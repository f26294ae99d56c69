using Millrace.Contracts.Inference.V1;

namespace Millrace.Inference.Tests.Grpc;

/// <summary>The prefix cache on the real model, through the service.</summary>
public sealed class PrefixCacheTests(InferenceMember member) : IClassFixture<InferenceMember>
{
    private static readonly (ChatPrompt Chat, string Expected)[] Cases = [.. Prompts.Handwritten().Take(12)];

    [Fact]
    public async Task Generate_SamePromptAgain_IsCachedAndAnswersAlike()
    {
        foreach (var (chat, _) in Cases)
        {
            var first = await AskAsync(chat, "again");
            var second = await AskAsync(chat, "again");

            first.AssertSameUpToATie(second);
            Assert.Equal(second.Started.PromptTokens - 1, second.Started.CachedTokens);
        }
    }

    [Fact]
    public async Task Generate_OneSystemPromptManyQuestions_AnswersAreThoseWithoutCache()
    {
        var warm = await Task.WhenAll(Cases.Select(item => AskAsync(item.Chat, "shared")));

        for (var i = 0; i < Cases.Length; i++)
        {
            // A salt of its own: nothing is shared.
            var cold = await AskAsync(Cases[i].Chat, $"alone {i}");
            Assert.Equal(0u, cold.Started.CachedTokens);
            cold.AssertSameUpToATie(warm[i]);
        }

        Assert.True(warm.Count(result => result.Started.CachedTokens > 0) >= Cases.Length - 1);
    }

    [Fact]
    public async Task Generate_SeveralChoices_ShareThePrompt()
    {
        var request = Prompts.Greedy(Cases[0].Chat);
        request.ChoiceCount = 4;
        request.CacheSalt = "choices";
        var before = await EngineAsync();

        var result = await GenerationResult.OfAsync(member.Client, request);

        var after = await EngineAsync();
        Assert.Equal(4 * result.Started.PromptTokens, after.PromptTokensTotal - before.PromptTokensTotal);
        Assert.Equal(3 * (result.Started.PromptTokens - 1), after.CachedTokensTotal - before.CachedTokensTotal);
        for (var choice = 1u; choice < 4; choice++) Assert.Equal(result.Text, result.TextOf(choice));
    }

    [Fact]
    public async Task GetStatus_PrefixKeys_AreReported()
    {
        var request = Prompts.Greedy(Cases[1].Chat);
        request.PrefixKeys.Add([101, 102]);
        await GenerationResult.OfAsync(member.Client, request);

        await InferenceMember.UntilAsync(async () => (await EngineAsync()).PrefixKeys.Contains(102));
        Assert.Contains(101UL, (await EngineAsync()).PrefixKeys);
    }

    [Fact]
    public async Task Generate_Echo_BeginsWithThePrompt()
    {
        var request = new GenerateRequest
        {
            Text = "The office opens at nine.",
            Echo = true,
            Logprobs = true,
            TopLogprobs = 2,
            MaxTokens = 3,
            IgnoreEnd = true,
            Sampling = new SamplingParameters { Temperature = 0 },
        };

        var result = await GenerationResult.OfAsync(member.Client, request);

        var prompt = result.Messages.Where(message => message.Tokens is { IsPrompt: true }).Select(message => message.Tokens).ToList();
        Assert.EndsWith("The office opens at nine.", string.Concat(prompt.Select(batch => batch.Text)), StringComparison.Ordinal);
        Assert.Equal((int)result.Started.PromptTokens, prompt.Sum(batch => batch.Tokens.Count));
        Assert.All(prompt.SelectMany(batch => batch.Tokens).Skip(1), token => Assert.True(token.Logprob < 0));
        var generated = result.Messages.Where(message => message.Tokens is { IsPrompt: false });
        Assert.Equal(3, generated.Sum(message => message.Tokens.Tokens.Count));
    }

    private async Task<GenerationResult> AskAsync(ChatPrompt chat, string salt)
    {
        var request = Prompts.Greedy(chat);
        (request.CacheSalt, request.Logprobs, request.TopLogprobs) = (salt, true, 2);
        return await GenerationResult.OfAsync(member.Client, request);
    }

    private async Task<EngineStatus> EngineAsync() => (await member.Client.GetStatusAsync(new GetStatusRequest())).Engines.Single();
}
