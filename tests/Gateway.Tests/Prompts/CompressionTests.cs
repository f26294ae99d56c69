using Millrace.Gateway.Tests.Fakes;

namespace Millrace.Gateway.Tests.Prompts;

public sealed class CompressionTests
{
    private const string First = "Items can be returned within 30 days. Refunds take five working days.";
    private const string Second = "Read this. Items may be returned within 30 days. Items can be returned within 45 days.";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Passages_ThatSayAThingTwice_AreShownWithItOnce(bool embeddingIsAway)
    {
        await using var platform = await StartAsync(ratio: "0.5");
        platform.Embedding.IsAway = embeddingIsAway;
        platform.Embedding.VectorOf = text => text.Contains("returned", StringComparison.Ordinal) ? [1, 0] : [0, 1];

        var answer = await platform.AskAsync("docs-assistant", "When can items be returned?");

        var prompt = platform.Inference.LastRequest.Chat.Messages[^1].Content;
        Assert.Contains("Items can be returned within 30 days.", prompt, StringComparison.Ordinal);
        Assert.DoesNotContain("Items may be returned within 30 days.", prompt, StringComparison.Ordinal);
        Assert.Contains("Items can be returned within 45 days.", prompt, StringComparison.Ordinal);
        var degraded = answer.GetProperty("millrace").GetProperty("degraded").GetRawText();
        Assert.Equal(embeddingIsAway, degraded.Contains("compression", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Citations_OfShortenedPassages_ResolveInTheWholeText()
    {
        await using var platform = await StartAsync(ratio: "0.5");
        platform.Embedding.VectorOf = text => text.Contains("returned", StringComparison.Ordinal) ? [1, 0] : [0, 1];
        platform.Inference.Answers("Items can be returned within 45 days. [2]");

        var answer = await platform.AskAsync("docs-assistant", "When can items be returned?");

        var citation = answer.GetProperty("millrace").GetProperty("citations")[0];
        Assert.Equal(2, citation.GetProperty("number").GetInt32());
        var (start, length) = (citation.GetProperty("source_start").GetInt32() - 100, citation.GetProperty("source_length").GetInt32());
        Assert.Equal("Items can be returned within 45 days", Second.Substring(start, length).TrimEnd('.'));
    }

    [Fact]
    public async Task Passages_WithinTheGoal_AreLeftAsTheyAre()
    {
        await using var platform = await StartAsync(ratio: "1");
        platform.Embedding.VectorOf = _ => [1, 0];

        await platform.AskAsync("docs-assistant", "When can items be returned?");

        Assert.Contains(Second, platform.Inference.LastRequest.Chat.Messages[^1].Content, StringComparison.Ordinal);
    }

    private static async Task<Platform> StartAsync(string ratio)
    {
        var platform = await Platform.StartAsync(settings:
        [
            ("Assistants:docs-assistant:Compression:Ratio", ratio), ("Assistants:docs-assistant:Grounding", "Citations"),
        ]);
        platform.Retrieval.Found = [("one.md", First), ("two.md", Second)];
        platform.Inference.Answers("Items can be returned within 30 days. [1]");
        return platform;
    }
}
