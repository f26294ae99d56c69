using System.Text.Json.Nodes;
using Aspire.Hosting.Testing;
using Grpc.Net.Client;
using Millrace.Cli.Evaluation;
using Millrace.Contracts.Sessions.V1;
using Millrace.TestShared;
using File = System.IO.File;

namespace Millrace.SystemTests;

[Collection(SystemCollection.Name)]
public sealed class AnswerTests(RunningSystem system)
{
    private const string Question = "How many days do I have to return an item?";

    [Fact]
    public async Task Answerable_Asked_IsAnsweredWithWordsOfTheCitedDocument()
    {
        var completion = await system.Edge.AskAsync(ChatClient.Body(Question));

        var citation = Assert.Single(completion.Citations());
        Assert.Equal("shop/returns.md", citation["document_id"]!.GetValue<string>());
        var document = await File.ReadAllTextAsync(Path.Combine(RepoPaths.Root, "samples", "knowledge-base", "shop", "returns.md"));
        var plain = document.Replace("**", "", StringComparison.Ordinal);
        Assert.Contains(citation["quote"]!.GetValue<string>(), plain, StringComparison.Ordinal);
        Assert.Contains("[1]", completion.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answerable_Streamed_HasTheTextOfTheWholeAnswerAndEndsWithDone()
    {
        var whole = await system.Edge.AskAsync(ChatClient.Body(Question));

        var events = await system.Edge.StreamAsync(ChatClient.Body(Question)).ToListAsync();

        Assert.Equal("[DONE]", events[^1]);
        var chunks = events.SkipLast(1).Select(data => JsonNode.Parse(data)!).ToList();
        Assert.Equal("assistant", chunks[0]["choices"]![0]!["delta"]!["role"]!.GetValue<string>());
        Assert.Equal(whole.Text(), string.Concat(chunks.Select(Delta)));
        Assert.Equal("stop", chunks[^1]["choices"]![0]!["finish_reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task Unanswerable_Asked_IsRefusedWithoutCitation()
    {
        var completion = await system.Edge.AskAsync(ChatClient.Body("Who won the football world cup in 1974?"));

        Assert.Equal(RunningSystem.Refusal, completion.Text());
        Assert.Empty(completion.Citations());
    }

    [Fact]
    public async Task Conversation_SecondTurn_IsStoredWithTheFirst()
    {
        var body = ChatClient.Body(Question);
        body["millrace"] = new JsonObject { ["conversation_id"] = "system-tests-1" };
        await system.Edge.AskAsync(body);
        var second = ChatClient.Body("thanks");
        second["millrace"] = new JsonObject { ["conversation_id"] = "system-tests-1" };

        await system.Edge.AskAsync(second);

        using var channel = GrpcChannel.ForAddress(system.App.GetEndpoint("sessions", "grpc"));
        var stored = await new SessionsService.SessionsServiceClient(channel)
            .ListMessagesAsync(new ListMessagesRequest { ConversationId = "system-tests-1" });
        MessageRole[] roles = [MessageRole.User, MessageRole.Assistant, MessageRole.User, MessageRole.Assistant];
        Assert.Equal(roles, stored.Messages.Select(message => message.Role));
        Assert.Equal([Question, "thanks"], stored.Messages.Where((_, i) => i % 2 == 0).Select(message => message.Content));
    }

    /// <summary>The bar of the product: what `./run eval` prints for the samples as they are shipped.</summary>
    [Fact]
    public async Task Samples_AllAsked_MeetTheBar()
    {
        var client = new AssistantClient(system.Edge, RunningSystem.Assistant);
        List<QuestionOutcome> outcomes = [];
        foreach (var question in SampleQuestion.Load(Path.Combine(RepoPaths.Root, "samples", "questions.json")))
            outcomes.Add(new QuestionOutcome(question, await client.AskAsync(question.Question, CancellationToken.None)));

        var report = new EvaluationReport(outcomes);

        Assert.True(report.CitedRightRate >= 0.70, $"The expected document was cited for {report.CitedRightRate:P1}.");
        Assert.True(report.RefusedRate >= 0.80, $"{report.RefusedRate:P1} of the unanswerable questions were refused.");
    }

    private static string Delta(JsonNode chunk) => chunk["choices"]![0]!["delta"]!["content"]?.GetValue<string>() ?? "";
}
