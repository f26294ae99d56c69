using System.Net.Http.Json;
using System.Text.Json;
using Grpc.Core;
using Millrace.Contracts.Inference.V1;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.QueryWriting;

public sealed class QueryWriterTests
{
    private const string Rewritten = "How long does express shipping take?";

    private static readonly object[] Messages =
    [
        new { role = "user", content = "How long does standard shipping take?" },
        new { role = "assistant", content = "Three days. [2]" },
        new { role = "user", content = "And express?" },
    ];

    [Fact]
    public async Task Rewrite_FollowUp_IsSearchedAsAQuestionByItself()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = Write(Rewritten);

        var answer = await AskAsync(platform, new { collections = new[] { "samples" }, rewrite = true });

        Assert.Equal(Rewritten, Assert.Single(platform.Retrieval.Requests).Search.Query);
        Assert.Equal([Rewritten], Assert.Single(platform.Embedding.Requests).Inputs);
        var (writing, answering) = (platform.Inference.Requests.First(), platform.Inference.LastRequest);
        Assert.Contains(
            "User: How long does standard shipping take?\nAssistant: Three days.\n",
            writing.Chat.Messages[1].Content,
            StringComparison.Ordinal);
        Assert.Equal((0f, 64u), (writing.Sampling.Temperature, writing.MaxTokens));
        Assert.Contains("And express?", answering.Chat.Messages[^1].Content, StringComparison.Ordinal);
        Assert.Equal("Three days.", answering.Chat.Messages[^2].Content);
        Assert.Equal(22, answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Empty(answer.GetProperty("millrace").GetProperty("degraded").EnumerateArray());
    }

    [Fact]
    public async Task Rewrite_NotAskedFor_AsksTheModelOnce()
    {
        await using var platform = await Platform.StartAsync();

        await AskAsync(platform, new { collections = new[] { "samples" } });

        Assert.Single(platform.Inference.Requests);
        Assert.Equal("And express?", Assert.Single(platform.Retrieval.Requests).Search.Query);
    }

    [Fact]
    public async Task Rewrite_ModelThatDoesByDefault_Rewrites()
    {
        await using var platform = await Platform.StartAsync(settings: ("Gateway:QueryWriting:RewritingModels:0", "plain"));
        platform.Inference.Script = Write(Rewritten);

        await AskAsync(platform, new { collections = new[] { "samples" } });
        await AskAsync(platform, new { collections = new[] { "samples" }, rewrite = false });

        Assert.Equal([Rewritten, "And express?"], platform.Retrieval.Requests.Select(request => request.Search.Query));
    }

    [Fact]
    public async Task Variants_WordingsAndPassage_AreSearchedAsWell()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = Write("express delivery days\nspeed of express post\nthird");

        await AskAsync(platform, new { collections = new[] { "samples" }, multi_query = 2, hypothetical_passage = true });

        var search = Assert.Single(platform.Retrieval.Requests).Search;
        Assert.Equal("And express?", search.Query);
        Assert.Equal(
            [
                ("express delivery days", VariantKind.Query), ("speed of express post", VariantKind.Query),
                ("express delivery days speed of express post third", VariantKind.HypotheticalPassage),
            ],
            search.Variants.Select(variant => (variant.Text, variant.Kind)));
        Assert.Equal(3, platform.Inference.Requests.Count);
    }

    [Fact]
    public async Task Rewrite_ModelFails_SearchesTheMessageAndSaysSo()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = (request, speaker) => IsWriting(request)
            ? throw new RpcException(new Status(StatusCode.InvalidArgument, "no"))
            : speaker.SayAsync("Hello there.");

        var answer = await AskAsync(platform, new { collections = new[] { "samples" }, rewrite = true, multi_query = 1 });

        AssertGaveUp(platform, answer);
    }

    [Fact]
    public async Task Rewrite_ModelTakesTooLong_SearchesTheMessageAndSaysSo()
    {
        var time = new ManualTimeProvider();
        await using var platform = await Platform.StartAsync(time: time);
        platform.Inference.Script = async (request, speaker) =>
        {
            if (!IsWriting(request)) await speaker.SayAsync("Hello there.");
            else await Task.Delay(Timeout.Infinite, speaker.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        };

        var asking = AskAsync(platform, new { collections = new[] { "samples" }, rewrite = true });
        await time.UntilTimedAsync(TimeSpan.FromSeconds(3)).DefaultTimeout();
        time.Advance(TimeSpan.FromSeconds(3));

        AssertGaveUp(platform, await asking);
    }

    [Fact]
    public async Task Rewrite_WriterThatDoesNotExist_SearchesTheMessageAndSaysSo()
    {
        await using var platform = await Platform.StartAsync(settings: ("Gateway:QueryWriting:Model", "nobody"));

        AssertGaveUp(platform, await AskAsync(platform, new { collections = new[] { "samples" }, rewrite = true }));
    }

    private static void AssertGaveUp(Platform platform, JsonElement answer)
    {
        Assert.Equal("And express?", Assert.Single(platform.Retrieval.Requests).Search.Query);
        Assert.Equal("query_writing", answer.GetProperty("millrace").GetProperty("degraded")[0].GetString());
        Assert.Equal("Hello there.", answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }

    private static Func<GenerateRequest, Speaker, Task> Write(string text) =>
        (request, speaker) => speaker.SayAsync(IsWriting(request) ? text : "Hello there.");

    private static bool IsWriting(GenerateRequest request) => request.Chat.Messages[0].Content.StartsWith("You w", StringComparison.Ordinal)
        || request.Chat.Messages[0].Content.StartsWith("You rewrite", StringComparison.Ordinal);

    private static async Task<JsonElement> AskAsync(Platform platform, object millrace)
    {
        using var response = await platform.ChatAsync(new { model = "plain", messages = Messages, millrace });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}
