using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Millrace.Contracts.Embedding.V1;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Gateway.Tests.Fakes;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Tests.Runtime;

public sealed class ChatPipelineTests
{
    private const string Refusal = "I don't have enough information to answer that.";

    [Fact]
    public async Task Assistant_NothingFound_RefusesWithoutTheModel()
    {
        await using var platform = await Platform.StartAsync();
        platform.Retrieval.Found = [];

        var answer = await platform.AskAsync("docs-assistant", "Who won?");

        Assert.Equal(Refusal, Text(answer));
        Assert.Empty(platform.Inference.Requests);
        Assert.Equal(0, answer.GetProperty("millrace").GetProperty("retrieval").GetProperty("passages").GetInt32());
    }

    [Fact]
    public async Task Assistant_ModelInvents_Refuses()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers("The moon", " is made of cheese. [1]");

        var answer = await platform.AskAsync("docs-assistant", "What is the moon?");

        Assert.Equal(Refusal, Text(answer));
        Assert.Empty(answer.GetProperty("millrace").GetProperty("citations").EnumerateArray());
    }

    [Fact]
    public async Task Assistant_SmallTalk_AnswersWithoutRetrieval()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers("Hello! Ask me.");

        var answer = await platform.AskAsync("docs-assistant", " Hello! ");

        Assert.Equal("Hello! Ask me.", Text(answer));
        Assert.Empty(platform.Retrieval.Requests);
        Assert.Equal(" Hello! ", platform.Inference.LastRequest.Chat.Messages[^1].Content);
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("millrace").GetProperty("retrieval").ValueKind);
    }

    [Fact]
    public async Task Assistant_Question_IsEmbeddedAndSearched()
    {
        await using var platform = await Platform.StartAsync();

        await platform.AskAsync("docs-assistant", "How long does it take?");

        var embed = Assert.Single(platform.Embedding.Requests);
        Assert.Equal((EmbedPurpose.Query, "tiny-embed"), (embed.Purpose, embed.Model));
        var search = Assert.Single(platform.Retrieval.Requests).Search;
        Assert.Equal(("How long does it take?", 2u, 8, 5u), (search.Query, search.QueryDimension, search.QueryVector.Length, search.TopK));
        Assert.Equal("tiny-embed", search.QueryVectorModel);
        Assert.Equal(["samples"], search.Collections);
    }

    [Fact]
    public async Task PlainModel_WithCollections_IsGroundedByMarkers()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers("It takes three days [2], or so [9].");

        using var response = await platform.ChatAsync(new
        {
            model = "plain",
            messages = new[] { new { role = "user", content = "How long?" } },
            millrace = new { collections = new[] { "samples" }, top_k = 2, rerank = true },
        });

        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("It takes three days [2], or so.", Text(answer));
        var citation = answer.GetProperty("millrace").GetProperty("citations")[0];
        Assert.Equal("Standard shipping takes three days.", citation.GetProperty("quote").GetString());
        Assert.InRange(citation.GetProperty("supported").GetDouble(), 0.5, 1);
        Assert.Equal(1, answer.GetProperty("millrace").GetProperty("citations_dropped").GetInt32());
        var search = Assert.Single(platform.Retrieval.Requests).Search;
        Assert.Equal((2u, RerankMode.On), (search.TopK, search.Rerank));
    }

    [Fact]
    public async Task Embedding_Away_RetrievalSaysWhatWasMissing()
    {
        await using var platform = await Platform.StartAsync();
        await platform.AskAsync("plain", "Hi");
        platform.Embedding.IsAway = true;
        platform.Retrieval.Degraded = ["embedding"];

        var answer = await platform.AskAsync("docs-assistant", "How long does it take?");

        Assert.Equal(["embedding"], Degraded(answer));
        Assert.Empty(Assert.Single(platform.Retrieval.Requests).Search.QueryVector);
    }

    [Fact]
    public async Task Search_Degraded_ReachesTheAnswer()
    {
        await using var platform = await Platform.StartAsync();
        platform.Retrieval.Degraded = ["rerank", "token_count"];

        Assert.Equal(["rerank", "token_count"], Degraded(await platform.AskAsync("docs-assistant", "How long does it take?")));
        Assert.Empty(Degraded(await platform.AskAsync("plain", "Hi")));
    }

    [Fact]
    public async Task Search_RefusedField_IsNamedAsTheChatNamesIt()
    {
        await using var platform = await Platform.StartAsync();
        platform.Retrieval.Refusal = MillraceException.InvalidArgument("time_decay.half_life_days", "It is too short.");
        var body = new
        {
            model = "plain",
            messages = new[] { new { role = "user", content = "How long?" } },
            millrace = new { collections = new[] { "samples" } },
        };

        using var response = await platform.ChatAsync(body);

        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal("millrace.time_decay.half_life_days", error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task Collections_OfAnotherModel_AreAskedWithThatModelsVector()
    {
        await using var platform = await Platform.StartAsync();
        platform.Retrieval.EmbeddingModel = "another-embed";

        var answer = await platform.AskAsync("docs-assistant", "How long does it take?");

        Assert.Equal("another-embed", Assert.Single(platform.Embedding.Requests).Model);
        Assert.Empty(Assert.Single(platform.Retrieval.Requests).Search.QueryVector);
        Assert.Empty(Degraded(answer));
    }

    [Fact]
    public async Task Retrieval_Away_FailsTheAssistantOnly()
    {
        await using var platform = await Platform.StartAsync();
        platform.Retrieval.IsAway = true;

        using var response = await platform.ChatAsync(
            new { model = "docs-assistant", messages = new[] { new { role = "user", content = "How long?" } } });

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("Hello there.", Text(await platform.AskAsync("plain", "How long?")));
    }

    [Fact]
    public async Task Conversation_TwoRequests_KeepsHistoryAndStoresARetryOnce()
    {
        await using var platform = await Platform.StartAsync();

        await ConverseAsync(platform, "First question", "req_1");
        await ConverseAsync(platform, "First question", "req_1");
        await ConverseAsync(platform, "Second question", "req_2");

        Assert.Equal(
            ["Be kind", "First question", "Hello there.", "Second question", "Hello there."],
            platform.Sessions.Conversations["talk-1"].Select(message => message.Content));
        Assert.Equal(
            ["First question", "Hello there.", "Be kind", "Second question"],
            platform.Inference.LastRequest.Chat.Messages.Select(message => message.Content));
        Assert.Equal("req_2-answer", platform.Sessions.Conversations["talk-1"][^1].Id);
    }

    [Theory]
    [InlineData("trace:7/a+b=", 1)]
    [InlineData("a.b.c.d.", 16)]
    public async Task Conversation_RequestIdThatNoMessageMayHave_IsStoredOnce(string part, int count)
    {
        await using var platform = await Platform.StartAsync();
        var requestId = string.Concat(Enumerable.Repeat(part, count));

        await ConverseAsync(platform, "First question", requestId);
        await ConverseAsync(platform, "First question", requestId);

        Assert.Equal(
            ["Be kind", "First question", "Hello there."], platform.Sessions.Conversations["talk-1"].Select(message => message.Content));
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("docs-assistant", "tiny-rag-chat")]
    public async Task Conversation_NewMessages_AreCountedByTheModelsOwnTokenizer(string model, string counter)
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers("Parcels", " are tracked.", " Surely.");

        using var response = await platform.ChatAsync(new
        {
            model,
            messages = new[] { new { role = "user", content = "Are parcels tracked?" } },
            millrace = new { conversation_id = "talk-1" },
        });

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.All(platform.Sessions.Conversations["talk-1"], message =>
            Assert.Equal((FakeInference.Count(message.Content), counter), ((int)message.TokenCount, message.TokenModel)));
    }

    [Fact]
    public async Task Conversation_CitedAnswer_IsStoredWithWhatItCites()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers("Parcels are tracked. [1]");

        using var response = await platform.ChatAsync(new
        {
            model = "plain",
            messages = new[] { new { role = "user", content = "Are parcels tracked?" } },
            millrace = new { conversation_id = "talk-1", collections = new[] { "samples" } },
        });
        platform.Inference.Answers("Yes.");
        using var next = await platform.ChatAsync(new
        {
            model = "plain",
            messages = new[] { new { role = "user", content = "And letters?" } },
            millrace = new { conversation_id = "talk-1", collections = new[] { "samples" } },
        });

        var stored = platform.Sessions.Conversations["talk-1"][1];
        Assert.Equal("Parcels are tracked. [2]", stored.Content);
        var citation = JsonDocument.Parse(stored.AnnotationsJson).RootElement[0];
        Assert.Equal("[2]", stored.Content[citation.GetProperty("start_index").GetInt32()..citation.GetProperty("end_index").GetInt32()]);
        Assert.Equal("shipping.md", citation.GetProperty("source").GetProperty("document_id").GetString());
        Assert.Equal("Parcels are tracked.", platform.Inference.LastRequest.Chat.Messages[^2].Content);
    }

    [Fact]
    public async Task Assistant_BlankQuestion_RefusesAndNothingIsDegraded()
    {
        await using var platform = await Platform.StartAsync();

        var answer = await platform.AskAsync("docs-assistant", " \n ");

        Assert.Equal(Refusal, Text(answer));
        Assert.Empty(platform.Embedding.Requests);
        Assert.Empty(answer.GetProperty("millrace").GetProperty("degraded").EnumerateArray());
    }

    [Fact]
    public async Task Conversation_SessionsAway_IsUnavailable()
    {
        await using var platform = await Platform.StartAsync();
        platform.Sessions.IsAway = true;

        using var response = await platform.ChatAsync(Conversation("Hi you"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Fact]
    public async Task Prompt_TooLong_DropsPassagesThenOldestExchange()
    {
        await using var platform = await Platform.StartAsync(settings: ("Gateway:AnswerTokensReserve", "20"));
        platform.Inference.ContextTokensMax = 190;
        platform.Retrieval.Found =
        [
            ("one.md", Words("one", 30)), ("two.md", Words("two", 30)), ("three.md", Words("three", 30)),
        ];
        object[] messages =
        [
            new { role = "user", content = Words("old", 20) }, new { role = "assistant", content = Words("reply", 20) },
            new { role = "user", content = "What now?" },
        ];

        using var response = await platform.ChatAsync(new { model = "docs-assistant", messages });

        var truncation = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("millrace").GetProperty("truncation");
        Assert.Equal(
            (2, 2), (truncation.GetProperty("passages_dropped").GetInt32(), truncation.GetProperty("messages_dropped").GetInt32()));
        var sent = platform.Inference.LastRequest.Chat.Messages;
        Assert.Equal(2, sent.Count);
        Assert.Contains("[1] (Source: one.md)", sent[1].Content, StringComparison.Ordinal);
        Assert.DoesNotContain("two.md", sent[1].Content, StringComparison.Ordinal);
        Assert.True(sent.Sum(message => FakeInference.Count(message.Content) + 4) + 20 <= 190);
    }

    [Fact]
    public async Task Prompt_LastMessageTooLong_IsContextLengthExceeded()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.ContextTokensMax = 300;

        using var response = await platform.ChatAsync(
            new { model = "plain", messages = new[] { new { role = "user", content = Words("long", 290) } }, max_tokens = 20 });

        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal((HttpStatusCode.BadRequest, "context_length_exceeded"), (response.StatusCode, error.GetProperty("code").GetString()));
        Assert.Contains("300 tokens", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prompt_ShortChat_IsNotCounted()
    {
        await using var platform = await Platform.StartAsync();

        await platform.AskAsync("plain", "Hi");

        Assert.Equal(0, platform.Inference.CountCalls);
    }

    [Fact]
    public async Task Verbatim_WithLogprobs_IsRefusedByName()
    {
        await using var platform = await Platform.StartAsync();

        using var response = await platform.ChatAsync(
            new { model = "docs-assistant", messages = new[] { new { role = "user", content = "How long?" } }, logprobs = true });

        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal(
            ("unsupported_parameter", "logprobs"), (error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
    }

    private static async Task ConverseAsync(Platform platform, string text, string requestId)
    {
        using var response = await platform.ChatAsync(Conversation(text), requestId: requestId);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private static object Conversation(string text) => new
    {
        model = "plain",
        messages = new[] { new { role = "system", content = "Be kind" }, new { role = "user", content = text } },
        millrace = new { conversation_id = "talk-1" },
    };

    private static string Words(string word, int count) => string.Join(' ', Enumerable.Repeat(word, count));

    private static string? Text(JsonElement answer) =>
        answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();

    private static IEnumerable<string?> Degraded(JsonElement answer) =>
        answer.GetProperty("millrace").GetProperty("degraded").EnumerateArray().Select(part => part.GetString());
}
