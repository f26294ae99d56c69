using System.Diagnostics;
using System.Text.Json.Nodes;
using Aspire.Hosting.Testing;
using Grpc.Net.Client;
using Millrace.Contracts.Inference.V1;

namespace Millrace.SystemTests;

/// <summary>Two members of the inference pool behind one door.</summary>
[Collection(SystemCollection.Name)]
public sealed class PoolTests(RunningSystem system)
{
    /// <summary>How: one chat of four turns, whose member is killed before the last one.</summary>
    [Fact]
    public async Task Conversation_OfSeveralTurns_StaysWhereItIsCachedUntilThatMemberDies()
    {
        var messages = new JsonArray(Message("system", string.Join(' ', Enumerable.Repeat("The mill stands by the river.", 20))));
        var before = await RequestsAsync();

        var first = await TurnAsync(messages, "who are you?");
        var second = await TurnAsync(messages, "what can you do?");
        var third = await TurnAsync(messages, "thanks");

        var served = (await RequestsAsync()).Zip(before, (after, earlier) => after - earlier).ToList();
        Assert.Equal(0, served.Min());
        Assert.InRange(Cached(second), Prompt(first) / 2, Prompt(second));
        Assert.InRange(Cached(third), Prompt(second) / 2, Prompt(third));

        var member = RunningSystem.Members[served.IndexOf(served.Max())];
        var pid = await system.ProcessIdAsync(member);
        Process.GetProcessById(pid).Kill();
        var fourth = await TurnAsync(messages, "who are you?");

        Assert.NotEmpty(fourth.Text());
        await system.RestartedAsync(member, pid);
    }

    /// <summary>The tokens of the prompts that each member was given since it started.</summary>
    private async Task<List<long>> RequestsAsync()
    {
        List<long> tokens = [];
        foreach (var member in RunningSystem.Members)
        {
            using var channel = GrpcChannel.ForAddress(system.App.GetEndpoint(member, "grpc"));
            var status = await new InferenceService.InferenceServiceClient(channel).GetStatusAsync(new GetStatusRequest());
            tokens.Add(status.Engines.Sum(engine => (long)engine.PromptTokensTotal));
        }

        return tokens;
    }

    private async Task<JsonNode> TurnAsync(JsonArray messages, string question)
    {
        messages.Add(Message("user", question));
        var body = new JsonObject { ["model"] = "tiny-rag-chat", ["messages"] = messages.DeepClone(), ["max_tokens"] = 24 };
        var completion = await system.Edge.AskAsync(body);
        messages.Add(Message("assistant", completion.Text()));
        return completion;
    }

    private static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };

    private static int Prompt(JsonNode completion) => completion["usage"]!["prompt_tokens"]!.GetValue<int>();

    private static int Cached(JsonNode completion) =>
        completion["usage"]!["prompt_tokens_details"]!["cached_tokens"]!.GetValue<int>();
}
