using System.Net;
using System.Text.Json;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Tests.Fakes;
using SessionsRole = Millrace.Contracts.Sessions.V1.MessageRole;

namespace Millrace.Gateway.Tests.Sessions;

/// <summary>Conversations keep calls and results, and go on from them.</summary>
public sealed class ToolConversationTests
{
    private const string Tools = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look\"}}]";

    [Fact]
    public async Task Chat_CallThenResult_IsKeptAndGoesOn()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.TokenAsync("I look.");
            await speaker.CallAsync(0, "{}", "call_a", "look");
            await speaker.CallAsync(1, "{ }", "call_b", "look");
            await speaker.FinishAsync(FinishReason.ToolCalls);
        };
        await AskAsync(platform, """{"role":"user","content":"What is there?"}""", "req_1");
        platform.Inference.Answers("A cat.");

        await AskAsync(platform, $"{Result("call_b", "night")},{Result("call_a", "a cat")}", "req_2");

        var sent = platform.Inference.LastRequest.Chat.Messages;
        Assert.Equal([ChatRole.User, ChatRole.Assistant, ChatRole.Tool, ChatRole.Tool], sent.Select(message => message.Role));
        Assert.Equal([("call_a", "{}"), ("call_b", "{ }")], sent[1].ToolCalls.Select(call => (call.Id, call.Arguments)));
        Assert.Equal(["call_b", "call_a"], sent.Skip(2).Select(message => message.ToolCallId));
        var kept = platform.Sessions.Conversations["talk"];
        Assert.Equal(["req_1-0", "req_1-answer", "req_2-0", "req_2-1", "req_2-answer"], kept.Select(message => message.Id));
        Assert.Equal((SessionsRole.Tool, "call_b"), (kept[2].Role, kept[2].ToolCallId));
        Assert.Equal("I look.", kept[1].Content);
        Assert.Contains(platform.Sessions.Windows, window => window.KeepLastTurn);
    }

    [Theory]
    [InlineData("other", "messages[0].tool_call_id")]
    [InlineData("call_a", "messages")]
    public async Task Chat_ResultsThatDoNotFit_AreRefused(string id, string param)
    {
        await using var platform = await Platform.StartAsync();
        Keep(platform);

        using var response = await PostAsync(platform, Result(id, "x"), "req_1");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error");
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.Equal(2, platform.Sessions.Conversations["talk"].Count);
    }

    [Fact]
    public async Task Chat_CallsThatNobodyAnswered_AreLeftOut()
    {
        await using var platform = await Platform.StartAsync();
        Keep(platform);

        await AskAsync(platform, """{"role":"user","content":"Never mind."}""", "req_1");

        var sent = platform.Inference.LastRequest.Chat.Messages;
        Assert.Equal(["What is there?", "I look.", "Never mind."], sent.Select(message => message.Content));
        Assert.All(sent, message => Assert.Empty(message.ToolCalls));
    }

    [Fact]
    public async Task Chat_CitingAssistantGetsResultsAlone_SearchesForTheKeptQuestion()
    {
        await using var platform = await Platform.StartAsync(settings: ("Assistants:docs-assistant:Grounding", "Citations"));
        Keep(platform);

        using var response = await platform.PostAsync("/v1/chat/completions", $$$"""
            {"model":"docs-assistant","messages":[{{{Result("call_a", "a cat")}}},{{{Result("call_b", "night")}}}],
             "millrace":{"conversation_id":"talk"},{{{Tools}}}}
            """);

        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        Assert.Equal("What is there?", Assert.Single(platform.Retrieval.Requests).Search.Query);
    }

    private static void Keep(Platform platform)
    {
        var caller = new Contracts.Sessions.V1.Message { Id = "m2", Role = SessionsRole.Assistant, Content = "I look." };
        foreach (var id in new[] { "call_a", "call_b" })
            caller.ToolCalls.Add(new Contracts.Sessions.V1.ToolCall { Id = id, Name = "look", Arguments = "{}" });
        platform.Sessions.Conversations["talk"] =
        [
            new Contracts.Sessions.V1.Message { Id = "m1", Role = SessionsRole.User, Content = "What is there?" }, caller,
        ];
    }

    private static string Result(string id, string content) => $$"""{"role":"tool","tool_call_id":"{{id}}","content":"{{content}}"}""";

    private static Task<HttpResponseMessage> PostAsync(Platform platform, string messages, string requestId) => platform.ChatAsync(
        JsonDocument.Parse($$$"""
            {"model":"plain","messages":[{{{messages}}}],"millrace":{"conversation_id":"talk"},{{{Tools}}}}
            """).RootElement,
        requestId: requestId);

    private static async Task AskAsync(Platform platform, string messages, string requestId)
    {
        using var response = await PostAsync(platform, messages, requestId);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
