using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using Millrace.TestShared;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;

namespace Millrace.SystemTests;

/// <summary>OpenAI's client for .NET against the running system.</summary>
[Collection(SystemCollection.Name)]
public sealed class DotNetOpenAiTests(RunningSystem system)
{
    private const string Question = "How many days do I have to return an item?";

    private static readonly ChatTool Weather = ChatTool.CreateFunctionTool(
        "weather", "Tells the weather of a city.",
        BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}"""));

    [Fact]
    public async Task Chat_Whole_IsGroundedAndCounted()
    {
        ChatCompletion completion = await Chat(RunningSystem.Assistant).CompleteChatAsync([new UserChatMessage(Question)]).DefaultTimeout();

        Assert.Equal(ChatFinishReason.Stop, completion.FinishReason);
        Assert.Contains("[1]", completion.Content[0].Text, StringComparison.Ordinal);
        Assert.Equal(completion.Usage.TotalTokenCount, completion.Usage.InputTokenCount + completion.Usage.OutputTokenCount);
    }

    [Fact]
    public async Task Chat_Streamed_IsTheSameTextWithUsage()
    {
        ChatCompletion whole = await Chat(RunningSystem.Assistant).CompleteChatAsync([new UserChatMessage(Question)]).DefaultTimeout();
        var text = new StringBuilder();
        ChatTokenUsage? usage = null;
        await foreach (var update in Chat(RunningSystem.Assistant).CompleteChatStreamingAsync([new UserChatMessage(Question)]))
        {
            foreach (var part in update.ContentUpdate) text.Append(part.Text);
            usage = update.Usage ?? usage;
        }

        Assert.Equal(whole.Content[0].Text, text.ToString());
        Assert.Equal(whole.Usage.OutputTokenCount, usage?.OutputTokenCount);
    }

    [Fact]
    public async Task Tools_CalledAndAnswered_AreTold()
    {
        var options = new ChatCompletionOptions { Tools = { Weather } };
        List<ChatMessage> messages = [new UserChatMessage("How is the weather in Rome?")];
        ChatCompletion called = await Chat(ScriptedUpstream.Model).CompleteChatAsync(messages, options).DefaultTimeout();

        Assert.Equal(ChatFinishReason.ToolCalls, called.FinishReason);
        var call = Assert.Single(called.ToolCalls);
        Assert.Equal(("weather", """{"city":"Rome"}"""), (call.FunctionName, call.FunctionArguments.ToString()));

        messages.AddRange([new AssistantChatMessage(called), new ToolChatMessage(call.Id, "Rome is sunny")]);
        ChatCompletion told = await Chat(ScriptedUpstream.Model).CompleteChatAsync(messages, options).DefaultTimeout();
        Assert.Equal("The tool says: Rome is sunny", told.Content[0].Text);
    }

    [Fact]
    public async Task Tools_Streamed_HaveOneCallInPieces()
    {
        var options = new ChatCompletionOptions { Tools = { Weather } };
        List<StreamingChatToolCallUpdate> updates = [];
        await foreach (var update in Chat(ScriptedUpstream.Model).CompleteChatStreamingAsync([new UserChatMessage("Rome?")], options))
            updates.AddRange(update.ToolCallUpdates);

        Assert.All(updates, update => Assert.Equal(0, update.Index));
        Assert.Equal("weather", updates[0].FunctionName);
        Assert.Equal("""{"city":"Rome"}""", string.Concat(updates.Select(update => update.FunctionArgumentsUpdate?.ToString())));
    }

    [Fact]
    public async Task Embeddings_OfTwoTexts_AreUnitVectors()
    {
        var client = new EmbeddingClient("tiny-embed", Key(), Options());
        OpenAIEmbeddingCollection embeddings = await client.GenerateEmbeddingsAsync(["A refund", "Money back"]).DefaultTimeout();

        Assert.Equal(2, embeddings.Count);
        Assert.All(embeddings, embedding => Assert.InRange(Norm(embedding), 0.999, 1.001));
        Assert.True(embeddings.Usage.InputTokenCount > 0);
    }

    [Fact]
    public async Task Chat_WithUnknownModel_FailsWithTheStatusAndWhatIsWrong()
    {
        var error = await Assert.ThrowsAsync<ClientResultException>(
            () => Chat("no-such-model").CompleteChatAsync([new UserChatMessage("x")])).DefaultTimeout();

        Assert.Equal(404, error.Status);
        Assert.Contains("no-such-model", error.Message, StringComparison.Ordinal);
    }

    private static double Norm(OpenAIEmbedding embedding) => Math.Sqrt(embedding.ToFloats().ToArray().Sum(value => (double)value * value));

    private static ApiKeyCredential Key() => new("not-needed-on-loopback");

    private OpenAI.Chat.ChatClient Chat(string model) => new(model, Key(), Options());

    private OpenAIClientOptions Options() => new()
    {
        Endpoint = new Uri(system.Edge.BaseAddress ?? throw new InvalidOperationException("The edge has no address."), "/v1"),
        RetryPolicy = new ClientRetryPolicy(0),
    };
}
