using System.ClientModel;
using System.ClientModel.Primitives;
using Millrace.TestShared;
using OpenAI.Responses;

// The client's maker has not yet promised to keep this part of it as it is.
#pragma warning disable OPENAI001

namespace Millrace.SystemTests;

/// <summary>What OpenAI's client for .NET has of responses, against the running system.</summary>
[Collection(SystemCollection.Name)]
public sealed class DotNetResponsesTests(RunningSystem system)
{
    private const string Question = "How many days do I have to return an item?";

    private static readonly FunctionTool Weather = ResponseTool.CreateFunctionTool(
        "weather",
        BinaryData.FromString("""
            {"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}
            """),
        strictModeEnabled: true,
        "Tells the weather of a city.");

    [Fact]
    public async Task Create_Whole_IsGroundedKeptListedAndDeleted()
    {
        ResponseResult made = await Client().CreateResponseAsync(RunningSystem.Assistant, Question).DefaultTimeout();

        Assert.Equal(ResponseStatus.Completed, made.Status);
        Assert.Contains("[1]", made.GetOutputText(), StringComparison.Ordinal);
        Assert.Equal(made.Usage.TotalTokenCount, made.Usage.InputTokenCount + made.Usage.OutputTokenCount);
        var message = Assert.IsAssignableFrom<MessageResponseItem>(Assert.Single(made.OutputItems));
        Assert.Equal(ResponseMessageAnnotationKind.UriCitation, message.Content[0].OutputTextAnnotations[0].Kind);

        ResponseResult kept = await Client().GetResponseAsync(made.Id).DefaultTimeout();
        Assert.Equal(made.GetOutputText(), kept.GetOutputText());
        List<ResponseItem> items = [];
        await foreach (var item in Client().GetResponseInputItemsAsync(made.Id)) items.Add(item);
        Assert.Equal(Question, Assert.IsAssignableFrom<MessageResponseItem>(Assert.Single(items)).Content[0].Text);
        ResponseDeletionResult deleted = await Client().DeleteResponseAsync(made.Id).DefaultTimeout();
        Assert.True(deleted.Deleted);
        var gone = await Assert.ThrowsAsync<ClientResultException>(() => Client().GetResponseAsync(made.Id)).DefaultTimeout();
        Assert.Equal(404, gone.Status);
    }

    [Fact]
    public async Task Create_Streamed_IsTheSameTextInEventsThatRise()
    {
        var updates = await StreamAsync(new(RunningSystem.Assistant, [Said(Question)]));

        Assert.IsType<StreamingResponseCreatedUpdate>(updates[0]);
        var completed = Assert.IsType<StreamingResponseCompletedUpdate>(updates[^1]);
        Assert.Equal(Enumerable.Range(0, updates.Count), updates.Select(update => update.SequenceNumber));
        Assert.Equal(TextOf(updates), completed.Response.GetOutputText());
        Assert.Contains(updates, update => update is StreamingResponseOutputItemDoneUpdate { Item: MessageResponseItem });
    }

    [Fact]
    public async Task Create_BehindAnother_GoesOnWithIt()
    {
        ResponseResult first = await Client().CreateResponseAsync(ScriptedUpstream.Model, "Who are you?").DefaultTimeout();
        var options = new CreateResponseOptions(ScriptedUpstream.Model, [Said("Thanks")])
        {
            PreviousResponseId = first.Id, Instructions = "Be short.", MaxOutputTokenCount = 16, Metadata = { ["k"] = "v" },
        };
        ResponseResult second = await Client().CreateResponseAsync(options).DefaultTimeout();

        Assert.Equal((first.Id, "v", 16), (second.PreviousResponseId, second.Metadata["k"], second.MaxOutputTokenCount));
        Assert.Equal("You said: Thanks", second.GetOutputText());
    }

    [Fact]
    public async Task Functions_CalledAndAnswered_AreTold()
    {
        List<ResponseItem> items = [Said("How is the weather in Rome?")];
        ResponseResult called = await Client().CreateResponseAsync(WithWeather(items)).DefaultTimeout();

        var call = Assert.IsType<FunctionCallResponseItem>(Assert.Single(called.OutputItems));
        Assert.Equal(("weather", """{"city":"Rome"}"""), (call.FunctionName, call.FunctionArguments.ToString()));

        items.AddRange([.. called.OutputItems, ResponseItem.CreateFunctionCallOutputItem(call.CallId, "Rome is sunny")]);
        ResponseResult told = await Client().CreateResponseAsync(WithWeather(items)).DefaultTimeout();
        Assert.Equal("The tool says: Rome is sunny", told.GetOutputText());

        var behind = WithWeather([ResponseItem.CreateFunctionCallOutputItem(call.CallId, "Rome is wet")]);
        behind.PreviousResponseId = called.Id;
        ResponseResult wet = await Client().CreateResponseAsync(behind).DefaultTimeout();
        Assert.Equal("The tool says: Rome is wet", wet.GetOutputText());
    }

    [Fact]
    public async Task Functions_Streamed_ComeInPieces()
    {
        var updates = await StreamAsync(WithWeather([Said("How is the weather in Rome?")]));

        var pieces = updates.OfType<StreamingResponseFunctionCallArgumentsDeltaUpdate>().Select(update => update.Delta.ToString());
        Assert.Equal("""{"city":"Rome"}""", string.Concat(pieces));
        var done = Assert.Single(updates.OfType<StreamingResponseFunctionCallArgumentsDoneUpdate>());
        Assert.Equal("""{"city":"Rome"}""", done.FunctionArguments.ToString());
    }

    [Fact]
    public async Task Text_BySchema_FitsIt()
    {
        var options = new CreateResponseOptions(ScriptedUpstream.Model, [Said("Where?")])
        {
            TextOptions = new ResponseTextOptions
            {
                TextFormat = ResponseTextFormat.CreateJsonSchemaFormat(
                    "place",
                    BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}"""),
                    jsonSchemaIsStrict: true),
            },
        };

        ResponseResult made = await Client().CreateResponseAsync(options).DefaultTimeout();

        Assert.Equal("""{"city":"Rome"}""", made.GetOutputText());
        Assert.Equal(ResponseTextFormatKind.JsonSchema, made.TextOptions.TextFormat.Kind);
    }

    [Fact]
    public async Task Background_Streamed_IsFollowedAgainBehindAnEvent()
    {
        var options = new CreateResponseOptions(ScriptedUpstream.Model, [Said("Say it slowly.")]) { BackgroundModeEnabled = true };
        var live = await StreamAsync(options);

        var id = Assert.IsType<StreamingResponseCreatedUpdate>(live[0]).Response.Id;
        var rest = await CollectAsync(
            Client().GetResponseStreamingAsync(new GetResponseOptions(id) { StartingAfter = 2, StreamingEnabled = true }));
        ResponseResult kept = await Client().GetResponseAsync(id).DefaultTimeout();

        Assert.Equal(live.Skip(3).Select(update => update.SequenceNumber), rest.Select(update => update.SequenceNumber));
        Assert.Equal((ResponseStatus.Completed, TextOf(live)), (kept.Status, kept.GetOutputText()));
        Assert.True(kept.BackgroundModeEnabled);
    }

    [Fact]
    public async Task Background_Cancelled_SaysSo()
    {
        var options = new CreateResponseOptions(ScriptedUpstream.Model, [Said(ScriptedUpstream.Endless)]) { BackgroundModeEnabled = true };
        ResponseResult begun = await Client().CreateResponseAsync(options).DefaultTimeout();
        Assert.Contains(begun.Status, (ResponseStatus?[])[ResponseStatus.Queued, ResponseStatus.InProgress]);

        ResponseResult cancelled = await Client().CancelResponseAsync(begun.Id).DefaultTimeout();

        Assert.Equal(ResponseStatus.Cancelled, cancelled.Status);
        ResponseResult kept = await Client().GetResponseAsync(begun.Id).DefaultTimeout();
        Assert.Equal(ResponseStatus.Cancelled, kept.Status);
    }

    private static MessageResponseItem Said(string text) => ResponseItem.CreateUserMessageItem(text);

    private static CreateResponseOptions WithWeather(IEnumerable<ResponseItem> items) =>
        new(ScriptedUpstream.Model, items) { Tools = { Weather } };

    private static string TextOf(IEnumerable<StreamingResponseUpdate> updates) =>
        string.Concat(updates.OfType<StreamingResponseOutputTextDeltaUpdate>().Select(update => update.Delta));

    private static async Task<List<StreamingResponseUpdate>> CollectAsync(Task<AsyncStreamingResult<StreamingResponseUpdate>> begun)
    {
        await using var stream = await begun.DefaultTimeout();
        List<StreamingResponseUpdate> updates = [];
        await foreach (var update in stream) updates.Add(update);
        return updates;
    }

    private Task<List<StreamingResponseUpdate>> StreamAsync(CreateResponseOptions options)
    {
        options.StreamingEnabled = true;
        return CollectAsync(Client().CreateResponseStreamingAsync(options));
    }

    private ResponsesClient Client() => new(
        new ApiKeyCredential("not-needed-on-loopback"),
        new ResponsesClientOptions
        {
            Endpoint = new Uri(system.Edge.BaseAddress ?? throw new InvalidOperationException("The edge has no address."), "/v1"),
            RetryPolicy = new ClientRetryPolicy(0),
        });
}
