using Millrace.Contracts.Inference.V1;
using Millrace.Inference.Tests.Grpc;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;
using Millrace.Upstreams.Tests;

namespace Millrace.Inference.Tests.Upstreams;

public sealed class UpstreamGenerateTests
{
    [Fact]
    public async Task Generate_Chat_IsAnsweredInTheOrderOfTheContractWithTheUpstreamsCounts()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Events(OpenAi.Whole("Hi ☃")));
        await using var member = await UpstreamMember.StartAsync(fake);

        var result = await member.AskAsync();

        Assert.Equal("Hi ☃", result.Text);
        Assert.Equal(UpstreamMember.Model, result.Started.Model);
        Assert.Equal(FinishReason.Stop, result.Finished.Reason);
        Assert.Equal(2u, result.Finished.CompletionTokens);
        Assert.Equal(9, result.Messages.Sum(message => message.Started?.PromptTokens ?? 0));
        Assert.Equal(4, result.Messages.Sum(message => message.Started?.CachedTokens ?? 0));
        Assert.NotNull(result.Messages[^1].Finished);
        Assert.Empty(member.Service.Errors);
    }

    [Fact]
    public async Task Generate_OnlyWhatIsSet_IsSent()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Events(OpenAi.Whole("Hi")));
        await using var member = await UpstreamMember.StartAsync(fake);

        await member.AskAsync();

        var received = await fake.NextAsync();
        Assert.Equal("/v1/chat/completions", received.Path);
        Assert.Equal(["model", "stream", "stream_options", "messages"], received.Fields);
        Assert.Equal(UpstreamMember.RemoteModel, received.Body.GetProperty("model").GetString());
        Assert.Equal($"Bearer {UpstreamMember.Key}", received.Headers["Authorization"]);
        Assert.Equal("""[{"role":"user","content":"Hello"}]""", received.Body.GetProperty("messages").GetRawText());
    }

    [Fact]
    public async Task Generate_EmptyModelName_IsTheDefaultModelEvenWhenAnUpstreamServesIt()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Events(OpenAi.Whole("Hi")));
        await using var member = await UpstreamMember.StartAsync(fake);
        var request = UpstreamMember.Hello();
        request.Model = "";

        Assert.Equal("Hi", (await member.AskAsync(request)).Text);
        Assert.Contains("upstream 'far'", await member.Service.Http.GetStringAsync("/health"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_LocalModelBesides_IsServedHereAndRefusesTools()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Events(OpenAi.Whole("Hi")));
        await using var member = await UpstreamMember.StartAsync(fake);
        var request = new GenerateRequest { Model = InferenceMember.Model, Text = "Hello there", MaxTokens = 2, IgnoreEnd = true };

        Assert.Equal(2u, (await member.AskAsync(request)).Finished.CompletionTokens);

        request.Tools.Add(new ToolDefinition { Name = "look" });
        var error = await member.FailAsync(request);
        Assert.Equal((Reason.InvalidArgument, "tools"), (error.Reason, error.Param));
        request.Tools.Clear();
        request.ResponseFormat = new ResponseFormat();
        error = await member.FailAsync(request);
        Assert.Equal((Reason.InvalidArgument, "response_format"), (error.Reason, error.Param));
        Assert.Equal(0, fake.Count);
    }

    [Fact]
    public async Task Generate_ParallelToolCalls_ArriveInPiecesByIndex()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Events(
            OpenAi.Role,
            OpenAi.Chunk(0, """{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"look","arguments":""}}]}"""),
            OpenAi.Chunk(0, """{"tool_calls":[{"index":0,"id":"a","function":{"name":"look","arguments":"{\"x\":"}}]}"""),
            OpenAi.Chunk(0, """{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]}"""),
            OpenAi.Chunk(0, """{"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"find","arguments":"{}"}}]}"""),
            OpenAi.Finish("tool_calls"),
            OpenAi.Done));
        await using var member = await UpstreamMember.StartAsync(fake);
        var request = UpstreamMember.Hello();
        var look = new ToolDefinition { Name = "look", Description = "Looks.", ParametersSchema = """{"type":"object"}""", Strict = true };
        request.Tools.Add(look);
        request.Tools.Add(new ToolDefinition { Name = "find" });
        request.ToolChoice = new ToolChoice { Mode = ToolMode.Named, Name = "look", Single = true };

        var result = await member.AskAsync(request);

        var pieces = result.Messages.Where(message => message.Tokens is not null).SelectMany(message => message.Tokens.ToolCalls).ToList();
        Assert.Equal([("a", "look"), ("", ""), ("", ""), ("b", "find")], pieces.Select(piece => (piece.Id, piece.Name)));
        Assert.Equal("""{"x":1}""", string.Concat(pieces.Where(piece => piece.Index == 0).Select(piece => piece.Arguments)));
        Assert.Equal(FinishReason.ToolCalls, result.Finished.Reason);
        var sent = (await fake.NextAsync()).Body;
        Assert.Equal(
            """[{"type":"function","function":{"name":"look","description":"Looks.","parameters":{"type":"object"},"strict":true}},"""
            + """{"type":"function","function":{"name":"find"}}]""",
            sent.GetProperty("tools").GetRawText());
        Assert.Equal("""{"type":"function","function":{"name":"look"}}""", sent.GetProperty("tool_choice").GetRawText());
        Assert.False(sent.GetProperty("parallel_tool_calls").GetBoolean());
    }

    [Fact]
    public async Task Generate_TwoChoices_FinishEachAndShareTheCountedTokens()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Events(
            OpenAi.Text("a", 0), OpenAi.Text("b", 1), OpenAi.Text("c", 1), OpenAi.Finish("length", 1), OpenAi.Finish("content_filter", 0),
            OpenAi.Usage("5", "7"), OpenAi.Done));
        await using var member = await UpstreamMember.StartAsync(fake);
        var request = UpstreamMember.Hello();
        request.ChoiceCount = 2;

        var result = await member.AskAsync(request);

        Assert.Equal(("a", "bc"), (result.TextOf(0), result.TextOf(1)));
        Assert.Equal(FinishReason.ContentFilter, result.FinishedOf(0).Reason);
        Assert.Equal(FinishReason.Length, result.FinishedOf(1).Reason);
        Assert.Equal(7u, result.FinishedOf(0).CompletionTokens + result.FinishedOf(1).CompletionTokens);
        Assert.Equal(2, (await fake.NextAsync()).Body.GetProperty("n").GetInt32());
    }

    [Fact]
    public async Task Generate_Logprobs_CarryBytesAndAlternatives()
    {
        const string Chunk =
            """{"choices":[{"index":0,"delta":{"content":"☃"},"logprobs":{"content":["""
            + """{"token":"☃","logprob":-0.5,"bytes":[226,152,131],"top_logprobs":["""
            + """{"token":"☃","logprob":-0.5,"bytes":[226,152,131]},{"token":"a","logprob":-2,"bytes":null}]}]}}]}""";
        await using var fake = await FakeUpstream.StartAsync(Behave.Events(Chunk, OpenAi.Finish("stop"), OpenAi.Done));
        await using var member = await UpstreamMember.StartAsync(fake);
        var request = UpstreamMember.Hello();
        (request.Logprobs, request.TopLogprobs) = (true, 2);

        var token = Assert.Single((await member.AskAsync(request)).Tokens);

        Assert.Equal("☃", token.Token.ToStringUtf8());
        Assert.Equal(-0.5f, token.Logprob);
        Assert.Equal(["☃", "a"], token.Top.Select(top => top.Token.ToStringUtf8()));
        var sent = (await fake.NextAsync()).Body;
        Assert.True(sent.GetProperty("logprobs").GetBoolean());
        Assert.Equal(2, sent.GetProperty("top_logprobs").GetInt32());
    }

    [Fact]
    public async Task Generate_TextPrompt_GoesToTextCompletions()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Events(
            """{"choices":[{"index":0,"text":"lo","logprobs":{"tokens":["lo"],"token_logprobs":[-1],"top_logprobs":[{"lo":-1}]}}]}""",
            """{"choices":[{"index":0,"text":"","finish_reason":"length","stop_reason":null}]}""",
            OpenAi.Done));
        await using var member = await UpstreamMember.StartAsync(fake);

        var result = await member.AskAsync(new GenerateRequest { Text = "Hel", MaxTokens = 1, Logprobs = true });

        Assert.Equal("lo", result.Text);
        Assert.Equal(-1f, Assert.Single(result.Tokens).Logprob);
        var received = await fake.NextAsync();
        Assert.Equal("/v1/completions", received.Path);
        Assert.Equal("Hel", received.Body.GetProperty("prompt").GetString());
        Assert.Equal(1, received.Body.GetProperty("max_tokens").GetInt32());
    }

    [Fact]
    public async Task Generate_TokenPromptWithoutLimit_AsksForWhatFits()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Events(
            """{"choices":[{"index":0,"text":"x","finish_reason":"stop","stop_reason":"END"}]}""", OpenAi.Done));
        await using var member = await UpstreamMember.StartAsync(fake, null, ("ContextTokens", "100"));

        var result = await member.AskAsync(new GenerateRequest { Tokens = new TokenSequence { Ids = { 5, 6, 7 } } });

        Assert.Equal("END", result.Finished.Stop);
        var sent = (await fake.NextAsync()).Body;
        Assert.Equal("[5,6,7]", sent.GetProperty("prompt").GetRawText());
        Assert.Equal(97, sent.GetProperty("max_tokens").GetInt32());
    }

    [Fact]
    public async Task Generate_CancelledWhileItAnswers_AbortsTheRequestAtTheUpstream()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.EventsThen([OpenAi.Role, OpenAi.Text("a")], Behave.Hang));
        await using var member = await UpstreamMember.StartAsync(fake);
        using var call = member.Client.Generate(UpstreamMember.Hello());
        await call.ResponseStream.MoveNext(CancellationToken.None).DefaultTimeout();

        call.Dispose();

        await (await fake.NextAsync()).Aborted.DefaultTimeout();
        Assert.Empty(member.Service.Errors);
    }

    [Fact]
    public async Task Generate_CancelledBeforeAnAnswer_AbortsTheRequestAtTheUpstream()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Hang);
        await using var member = await UpstreamMember.StartAsync(fake);
        using var call = member.Client.Generate(UpstreamMember.Hello());
        var received = await fake.NextAsync();

        call.Dispose();

        await received.Aborted.DefaultTimeout();
    }

    [Fact]
    public async Task Status_OfUpstreams_TellsModelsLoadAndHealth()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Hang);
        await using var member = await UpstreamMember.StartAsync(fake, null, ("ConcurrencyMax", "3"), ("ContextTokens", "4096"));
        using var call = member.Client.Generate(UpstreamMember.Hello());
        await fake.NextAsync();

        var status = Assert.Single((await member.Client.GetStatusAsync(new GetStatusRequest())).Upstreams);
        var models = (await member.Client.ListModelsAsync(new ListModelsRequest())).Models;

        Assert.Equal(("far", 1u, 3u, 0u, false), (status.Name, status.InFlight, status.InFlightMax, status.QueueDepth, status.CircuitOpen));
        Assert.Equal([UpstreamMember.Model], status.Models);
        Assert.Equal([UpstreamMember.Model, InferenceMember.Model], models.Select(model => model.Name));
        Assert.Equal(("far", true, 4096u), (models[0].Upstream, models[0].IsDefault, models[0].ContextTokensMax));
    }

    [Fact]
    public async Task Tokenize_UpstreamModel_IsRefusedSinceItsVocabularyIsUnknown()
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Hang);
        await using var member = await UpstreamMember.StartAsync(fake);

        var request = new TokenizeRequest { Text = "a" };
        var error = await Assert.ThrowsAsync<MillraceException>(async () => await member.Client.TokenizeAsync(request));

        Assert.Equal((Reason.InvalidArgument, "model"), (error.Reason, error.Param));
    }
}
