using System.Text;
using System.Text.Json;
using Anthropic;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;
using Millrace.TestShared;

namespace Millrace.SystemTests;

/// <summary>Anthropic's client for .NET against the running system.</summary>
[Collection(SystemCollection.Name)]
public sealed class DotNetAnthropicTests(RunningSystem system)
{
    private const string Question = "How many days do I have to return an item?";

    private static readonly Tool Weather = new()
    {
        Name = "weather",
        Description = "Tells the weather of a city.",
        InputSchema = new InputSchema
        {
            Properties = new Dictionary<string, JsonElement> { ["city"] = JsonSerializer.SerializeToElement(new { type = "string" }) },
            Required = ["city"],
        },
    };

    [Fact]
    public async Task Messages_Whole_AreGroundedAndCounted()
    {
        using var client = Client();
        var message = await client.Messages.Create(Ask(RunningSystem.Assistant, Question)).DefaultTimeout();

        Assert.Equal("end_turn", message.StopReason?.Raw());
        Assert.Contains("[1]", Text(message), StringComparison.Ordinal);
        Assert.True(message.Usage is { InputTokens: > 0, OutputTokens: > 0 });
    }

    [Fact]
    public async Task Messages_Streamed_AreTheSameText()
    {
        using var client = Client();
        var whole = await client.Messages.Create(Ask(RunningSystem.Assistant, Question)).DefaultTimeout();
        var text = new StringBuilder();
        await foreach (var happened in client.Messages.CreateStreaming(Ask(RunningSystem.Assistant, Question)))
            if (happened.TryPickContentBlockDelta(out var block) && block.Delta.TryPickText(out var delta)) text.Append(delta.Text);

        Assert.Equal(Text(whole), text.ToString());
    }

    [Fact]
    public async Task Tools_CalledAndAnswered_AreTold()
    {
        using var client = Client();
        var question = new UserMessageParam("How is the weather in Rome?");
        var called = await client.Messages.Create(Ask(ScriptedUpstream.Model, question)).DefaultTimeout();

        Assert.Equal("tool_use", called.StopReason?.Raw());
        var uses = called.Content.Select(block => block.TryPickToolUse(out var picked) ? picked : null);
        var use = Assert.Single(uses.OfType<ToolUseBlock>());
        Assert.Equal(("weather", "Rome"), (use.Name, use.Input["city"].GetString()));

        List<ContentBlockParam> said = [new ToolUseBlockParam { ID = use.ID, Name = use.Name, Input = use.Input }];
        List<ContentBlockParam> answered = [new ToolResultBlockParam(use.ID) { Content = "Rome is sunny" }];
        var (turn, result) = (new AssistantMessageParam(said), new UserMessageParam(answered));
        var told = await client.Messages.Create(Ask(ScriptedUpstream.Model, question, turn, result)).DefaultTimeout();
        Assert.Equal("The tool says: Rome is sunny", Text(told));
    }

    [Fact]
    public async Task Messages_WithUnknownModel_AreRefusedAsTheClientKnowsIt()
    {
        using var client = Client();
        var error = await Assert.ThrowsAsync<AnthropicNotFoundException>(
            () => client.Messages.Create(Ask("no-such-model", "x"))).DefaultTimeout();

        Assert.Contains("no-such-model", error.Message, StringComparison.Ordinal);
    }

    private static string Text(Message message) =>
        string.Concat(message.Content.Select(block => block.TryPickText(out var text) ? text.Text : ""));

    private static MessageCreateParams Ask(string model, string question) =>
        new() { Model = model, MaxTokens = 256, Messages = [new UserMessageParam(question)] };

    private static MessageCreateParams Ask(string model, params IReadOnlyList<MessageParam> messages) =>
        new() { Model = model, MaxTokens = 256, Messages = messages, Tools = [Weather] };

    private AnthropicClient Client() => new()
    {
        ApiKey = "not-needed-on-loopback",
        BaseUrl = system.Edge.BaseAddress?.ToString().TrimEnd('/') ?? throw new InvalidOperationException("The edge has no address."),
        MaxRetries = 0,
    };
}
