using System.Text.Json;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Tests.Fakes;

namespace Millrace.Gateway.Tests.Inference;

/// <summary>What becomes of a member's events in the answer.</summary>
public sealed class GeneratorTests
{
    [Theory]
    [InlineData(FinishReason.Stop, "stop")]
    [InlineData(FinishReason.Length, "length")]
    [InlineData(FinishReason.ToolCalls, "tool_calls")]
    [InlineData(FinishReason.ContentFilter, "content_filter")]
    public async Task Chat_MemberSaysWhyItEnded_IsTold(FinishReason reason, string told)
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.TokenAsync("Hm.");
            await speaker.FinishAsync(reason);
        };

        var answer = await platform.AskAsync("plain", "Say it");

        Assert.Equal(told, answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task Chat_TokensOfThePromptToldAtTheEnd_AreInTheUsage()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.WriteAsync(Started(model: "far/model", promptTokens: 0, cachedTokens: 0));
            await speaker.TokenAsync("Hm.");
            await speaker.WriteAsync(Started(model: "", promptTokens: 40, cachedTokens: 30));
            await speaker.FinishAsync();
        };

        var usage = (await platform.AskAsync("plain", "Say it")).GetProperty("usage");

        Assert.Equal((40, 1, 41), (Number(usage, "prompt_tokens"), Number(usage, "completion_tokens"), Number(usage, "total_tokens")));
        Assert.Equal(30, Number(usage.GetProperty("prompt_tokens_details"), "cached_tokens"));
    }

    [Fact]
    public async Task Chat_MemberEchoesThePrompt_IsNotInTheAnswer()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.WriteAsync(new GenerateResponse { Tokens = new TokenBatch { Text = "Say it", IsPrompt = true } });
            await speaker.TokenAsync("Hm.");
            await speaker.FinishAsync();
        };

        var answer = await platform.AskAsync("plain", "Say it");

        Assert.Equal("Hm.", answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }

    private static GenerateResponse Started(string model, uint promptTokens, uint cachedTokens) => new()
    {
        Started = new GenerationStarted { Model = model, PromptTokens = promptTokens, CachedTokens = cachedTokens },
    };

    private static int Number(JsonElement parent, string name) => parent.GetProperty(name).GetInt32();
}
