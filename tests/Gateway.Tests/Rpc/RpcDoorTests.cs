using Millrace.Contracts.Gateway.V1;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Gateway.Tests.Fakes;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Rpc;

public sealed class RpcDoorTests
{
    [Theory]
    [InlineData("plain", "Say it")]
    [InlineData("docs-assistant", "How long does shipping take?")]
    public async Task Complete_SaysWhatTheHttpDoorSays(string model, string question)
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers("Standard shipping takes", " three days. [2]", " The moon is cheese. [1]");
        var http = await platform.AskAsync(model, question);

        var events = await CompleteAsync(platform, Request(model, question));

        Assert.Equal(CompleteResponse.EventOneofCase.Started, events[0].EventCase);
        Assert.Equal(CompleteResponse.EventOneofCase.Completed, events[^1].EventCase);
        var message = http.GetProperty("choices")[0].GetProperty("message");
        Assert.Equal(message.GetProperty("content").GetString(), string.Concat(events.Select(item => item.Delta?.Text)));
        var finished = Assert.Single(events, item => item.EventCase == CompleteResponse.EventOneofCase.Finished).Finished;
        Assert.Equal(message.GetProperty("annotations").GetArrayLength(), finished.Citations.Count);
        Assert.All(finished.Citations, citation => Assert.Equal(1, citation.Supported));
        Assert.Equal((FinishReason.Stop, 11u), (finished.Reason, events[^1].Completed.PromptTokens));
    }

    [Fact]
    public async Task Complete_ParaphrasedSource_TellsHowWellItIsSupported()
    {
        await using var platform = await Platform.StartAsync(settings: ("Assistants:docs-assistant:Grounding", "Citations"));
        platform.Inference.Answers("It takes three days with standard shipping [2], mostly.");
        platform.Retrieval.Degraded = ["rerank"];

        var events = await CompleteAsync(platform, Request("docs-assistant", "How long does shipping take?"));

        var finished = Assert.Single(events, item => item.EventCase == CompleteResponse.EventOneofCase.Finished).Finished;
        Assert.InRange(Assert.Single(finished.Citations).Supported, 0.5, 1);
        Assert.Equal(["rerank"], events[^1].Completed.Degraded);
    }

    [Fact]
    public async Task Complete_RefusedSearch_IsNamedAsTheContractNamesIt()
    {
        await using var platform = await Platform.StartAsync();
        platform.Retrieval.Refusal = MillraceException.InvalidArgument("filter.and[0].key", "filter.and[0].key is empty.");

        var refusal = await Assert.ThrowsAnyAsync<MillraceException>(
            () => CompleteAsync(platform, Request("docs-assistant", "How long does shipping take?")));

        Assert.Equal("retrieval.filter.and[0].key", refusal.Param);
    }

    [Fact]
    public async Task Complete_Presets_AreThoseOfTheHttpDoor()
    {
        await using var platform = await Platform.StartAsync();
        var request = Request("plain", "How long does shipping take?");
        (request.PromptPreset, request.SamplingPreset) = ("chain_of_thought", "creative");

        await CompleteAsync(platform, request);
        request.SamplingPreset = "nothing";
        var refusal = await Assert.ThrowsAnyAsync<MillraceException>(() => CompleteAsync(platform, request));

        Assert.Equal(0.9f, platform.Inference.LastRequest.Sampling.Temperature);
        Assert.Contains("Answer:", platform.Inference.LastRequest.Chat.Messages[0].Content, StringComparison.Ordinal);
        Assert.Equal("sampling_preset", refusal.Param);
    }

    [Fact]
    public async Task Complete_BadRequests_AreInvalidArgumentsByName()
    {
        await using var platform = await Platform.StartAsync();
        await AssertRefusedAsync(platform, request => request.Model = "", "model");
        await AssertRefusedAsync(platform, request => request.Messages.Clear(), "messages");
        await AssertRefusedAsync(platform, request => request.Messages[0].Role = Role.Unspecified, "messages[0].role");
        await AssertRefusedAsync(platform, request => request.Messages[0].Role = Role.Tool, "messages[0].tool_call_id");
        await AssertRefusedAsync(platform, request => request.Messages[0].ToolCallId = "a", "messages[0].tool_call_id");
        await AssertRefusedAsync(platform, request => request.Messages[0].ToolCalls.Add(new ToolCall()), "messages[0].tool_calls");
        await AssertRefusedAsync(
            platform,
            request =>
            {
                request.Messages[0].Role = Role.Assistant;
                request.Messages[0].ToolCalls.Add(new ToolCall { Id = "a", Name = "f f" });
            },
            "messages[0].tool_calls[0].name");
        await AssertRefusedAsync(platform, request => request.Tools.Add(new Tool { Name = "a b" }), "tools[0].name");
        await AssertRefusedAsync(
            platform, request => request.Tools.Add(new Tool { Name = "a", ParametersSchema = "[]" }), "tools[0].parameters_schema");
        await AssertRefusedAsync(
            platform, request => request.Tools.Add([new Tool { Name = "a" }, new Tool { Name = "a" }]), "tools[1].name");
        await AssertRefusedAsync(
            platform, request => request.ToolChoice = new ToolChoice { Mode = ToolMode.Required }, "tool_choice");
        await AssertRefusedAsync(platform, request => request.ToolChoice = new ToolChoice { Name = "a" }, "tool_choice.name");
        await AssertRefusedAsync(
            platform, request => request.ResponseFormat = new ResponseFormat { Schema = "{", Name = "a" }, "response_format.schema");
        await AssertRefusedAsync(
            platform, request => request.ResponseFormat = new ResponseFormat { Schema = "{}" }, "response_format.name");
        await AssertRefusedAsync(
            platform,
            request => request.Sampling = new SamplingExtensions { RepetitionPenalty = float.NaN },
            "sampling.repetition_penalty");
        await AssertRefusedAsync(platform, request => request.Temperature = float.NaN, "temperature");
        await AssertRefusedAsync(platform, request => request.TopP = 0, "top_p");
        await AssertRefusedAsync(platform, request => request.MaxTokens = 0, "max_tokens");
        await AssertRefusedAsync(platform, request => request.ChoiceCount = 9, "choice_count");
        await AssertRefusedAsync(platform, request => request.TopLogprobs = 2, "top_logprobs");
        await AssertRefusedAsync(platform, request => request.Stop.Add(""), "stop");
        await AssertRefusedAsync(platform, request => request.LogitBias[3] = 101, "logit_bias[3]");
        await AssertRefusedAsync(platform, request => request.LogitBias[-1] = 1, "logit_bias");
        await AssertRefusedAsync(platform, request => request.ConversationId = "a b", "conversation_id");
        await AssertRefusedAsync(
            platform, request => request.Retrieval = new RetrievalOptions { MultiQuery = 5 }, "retrieval.multi_query");
        await AssertRefusedAsync(
            platform, request => request.Retrieval = new RetrievalOptions { NeighbourChunks = 9 }, "retrieval.neighbour_chunks");
        await AssertRefusedAsync(
            platform, request => request.Retrieval = new RetrievalOptions { AccessLabels = { "" } }, "retrieval.access_labels");
        await AssertRefusedAsync(
            platform, request => request.Retrieval = new RetrievalOptions { TimeDecay = new() }, "retrieval.time_decay");
        await AssertRefusedAsync(
            platform, request => request.Retrieval = new RetrievalOptions { DiversityLambda = float.NaN }, "retrieval.diversity_lambda");
        Assert.Empty(platform.Gateway.Errors);
    }

    [Fact]
    public async Task Complete_ToolsFormAndSampling_ReachTheModel()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers("{}");
        var request = Request("plain", "Say it");
        request.Tools.Add(new Tool { Name = "look", Description = "Looks.", ParametersSchema = "{}", Strict = true });
        request.ToolChoice = new ToolChoice { Mode = ToolMode.Named, Name = "look", Single = true };
        request.ResponseFormat = new ResponseFormat { Schema = "{}", Name = "any", Strict = true };
        request.Sampling = new SamplingExtensions
        {
            TopK = 5, MinP = 0.5f, TypicalP = 0.25f, RepetitionPenalty = 1.5f, DryMultiplier = 1, DryBase = 2, DryAllowedLength = 3,
            DryPenaltyLastN = 4, DrySequenceBreakers = { "x" }, Mirostat = 2, MirostatTau = 6, MirostatEta = 0.125f,
        };

        await CompleteAsync(platform, request);

        var sent = platform.Inference.LastRequest;
        Assert.Equal(("look", "Looks.", "{}", true), (
            sent.Tools[0].Name, sent.Tools[0].Description, sent.Tools[0].ParametersSchema, sent.Tools[0].Strict));
        Assert.Equal(
            (Contracts.Inference.V1.ToolMode.Named, "look", true), (sent.ToolChoice.Mode, sent.ToolChoice.Name, sent.ToolChoice.Single));
        Assert.Equal(("{}", "any", true), (sent.ResponseFormat.Schema, sent.ResponseFormat.Name, sent.ResponseFormat.Strict));
        var sampling = sent.Sampling;
        Assert.Equal((5u, 0.5f, 0.25f, 1.5f), (sampling.TopK, sampling.MinP, sampling.TypicalP, sampling.RepeatPenalty));
        Assert.Equal((1f, 2f, 3u, 4u), (sampling.DryMultiplier, sampling.DryBase, sampling.DryAllowedLength, sampling.DryLastN));
        Assert.Equal(["x"], sampling.DrySequenceBreakers);
        Assert.Equal((2u, 6f, 0.125f), (sampling.Mirostat, sampling.MirostatTau, sampling.MirostatEta));
    }

    [Fact]
    public async Task Complete_ToolCalls_AreToldInPiecesAndTakenBack()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.CallAsync(0, "{\"x\":", "call_a", "look");
            await speaker.CallAsync(1, "{}", "call_b", "look");
            await speaker.CallAsync(0, " 1}");
            await speaker.FinishAsync(Contracts.Inference.V1.FinishReason.ToolCalls);
        };
        var request = Request("plain", "Say it");
        request.Tools.Add(new Tool { Name = "look" });
        request.Messages.Add(
            new ChatMessage { Role = Role.Assistant, ToolCalls = { new ToolCall { Id = "a", Name = "look", Arguments = "{}" } } });
        request.Messages.Add(new ChatMessage { Role = Role.Tool, ToolCallId = "a", Content = "seen" });

        var events = await CompleteAsync(platform, request);

        var pieces = events.SelectMany(item => item.Delta?.ToolCalls.AsEnumerable() ?? []).ToLookup(piece => piece.Index);
        Assert.Equal("{\"x\": 1}", string.Concat(pieces[0].Select(piece => piece.Arguments)));
        Assert.Equal(["call_a"], pieces[0].Select(piece => piece.Id).Where(id => id.Length > 0));
        Assert.Equal(("call_b", "look", "{}"), (
            pieces[1].First().Id, pieces[1].First().Name, string.Concat(pieces[1].Select(piece => piece.Arguments))));
        Assert.Equal(FinishReason.ToolCalls, events.Single(item => item.Finished is not null).Finished.Reason);
        var sent = platform.Inference.LastRequest.Chat.Messages;
        Assert.Equal(("a", "a", "seen"), (sent[1].ToolCalls[0].Id, sent[2].ToolCallId, sent[2].Content));
    }

    [Fact]
    public async Task Complete_AnswerWithoutItsForm_IsAborted()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers("No JSON.");
        var request = Request("plain", "Say it");
        request.ResponseFormat = new ResponseFormat();

        var refusal = await Assert.ThrowsAsync<MillraceException>(() => CompleteAsync(platform, request));

        Assert.Equal(Reason.InvalidAnswer, refusal.Reason);
    }

    [Fact]
    public async Task Complete_RetrievalOptions_ReachTheSearch()
    {
        await using var platform = await Platform.StartAsync();
        var request = Request("plain", "How long?");
        request.Retrieval = new RetrievalOptions
        {
            Collections = { "samples" },
            AccessLabels = { "staff" },
            Filter = new Filter { Comparison = new Comparison { Key = "year", Operator = ComparisonOperator.Exists } },
            Order = ContextOrder.Edges,
            ScoreMin = 0.5f,
            CollectionsMax = 1,
        };

        await CompleteAsync(platform, request);

        var asked = Assert.Single(platform.Retrieval.Requests);
        Assert.Equal((ContextOrder.Edges, 0.5f, 1u), (asked.Order, asked.Search.ScoreMin, asked.Search.CollectionsMax));
        Assert.Equal(("year", "staff"), (asked.Search.Filter.Comparison.Key, asked.Search.AccessLabels[0]));
    }

    [Fact]
    public async Task Complete_CallerLeaves_FreesTheEngine()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.TokenAsync("One ");
            await Task.Delay(Timeout.Infinite, speaker.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        };
        using (var call = new Chat.ChatClient(platform.Gateway.Invoker()).Complete(Request("plain", "Say it")))
            await call.ResponseStream.MoveNext(default).DefaultTimeout();

        await platform.Inference.Cancelled.DefaultTimeout();
    }

    [Fact]
    public async Task ModelsAndEmbeddings_AnswerAsOverHttp()
    {
        await using var platform = await Platform.StartAsync();
        var invoker = platform.Gateway.Invoker();

        var models = await new Contracts.Gateway.V1.Models.ModelsClient(invoker).ListAsync(new ListModelsRequest());
        var embeddings = await new Embeddings.EmbeddingsClient(invoker).CreateAsync(new CreateEmbeddingsRequest { Inputs = { "a", "b" } });

        Assert.Equal(["docs-assistant", "plain", "tiny-embed", "tiny-rag-chat", "tiny-rerank"], models.Models.Select(model => model.Id));
        Assert.Equal((2u, 16, 8u), (embeddings.Dimension, embeddings.Vectors.Length, embeddings.PromptTokens));
    }

    private static CompleteRequest Request(string model, string question) =>
        new() { Model = model, Messages = { new ChatMessage { Role = Role.User, Content = question } } };

    private static async Task<List<CompleteResponse>> CompleteAsync(Platform platform, CompleteRequest request)
    {
        using var call = new Chat.ChatClient(platform.Gateway.Invoker()).Complete(request);
        List<CompleteResponse> events = [];
        while (await call.ResponseStream.MoveNext(default).DefaultTimeout()) events.Add(call.ResponseStream.Current);
        return events;
    }

    private static async Task AssertRefusedAsync(Platform platform, Action<CompleteRequest> spoil, string param)
    {
        var request = Request("plain", "Say it");
        spoil(request);

        var error = await Assert.ThrowsAsync<MillraceException>(() => CompleteAsync(platform, request));

        Assert.Equal((Reason.InvalidArgument, param), (error.Reason, error.Param));
    }
}
