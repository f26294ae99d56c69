using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Grpc.Core;
using Millrace.Gateway.Tests.Fakes;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Fallbacks;

public sealed class FallbackTests
{
    private const string RequestId = "req-fallback";
    private const string Other = "tiny-rag-chat";

    private static readonly (string Key, string Value) OfPlain = ("Models:plain:Fallbacks:0", Other);

    [Theory]
    [InlineData(Reason.UpstreamUnavailable)]
    [InlineData(Reason.ModelUnavailable)]
    [InlineData(Reason.QueueFull)]
    public async Task Model_FailsBeforeItsFirstToken_AnotherAnswersAndSaysSo(Reason reason)
    {
        await using var platform = await Platform.StartAsync(settings: OfPlain);
        Fail(platform, "plain", new MillraceException(reason, "Not now."));

        using var response = await AskAsync(platform, "plain");

        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("Hello there.", Text(answer));
        Assert.Equal(Other, response.Headers.GetValues("x-millrace-model").Single());
        Assert.Equal("fallback", answer.GetProperty("millrace").GetProperty("degraded")[0].GetString());
        var told = await platform.Http.GetFromJsonAsync<JsonElement>($"/v1/requests/{RequestId}/explain").DefaultTimeout();
        var decision = told.GetProperty("decisions").EnumerateArray().Single(d => d.GetProperty("step").GetString() == "fallback");
        Assert.Equal(Other, decision.GetProperty("decided").GetString());
        Assert.Equal(
            ("plain", reason.Info().Code),
            (decision.GetProperty("facts").GetProperty("instead_of").GetString(),
                decision.GetProperty("facts").GetProperty("error").GetString()));
    }

    [Fact]
    public async Task Model_FailsAfterItsFirstToken_NobodyElseIsAsked()
    {
        await using var platform = await Platform.StartAsync(settings: OfPlain);
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.TokenAsync("Half ");
            throw new RpcException(new Status(StatusCode.Unavailable, "killed"));
        };

        using var response = await AskAsync(platform, "plain");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Single(platform.Inference.Requests);
    }

    [Fact]
    public async Task Model_RefusesTheRequest_NobodyElseIsAsked()
    {
        await using var platform = await Platform.StartAsync(settings: OfPlain);
        Fail(platform, "plain", MillraceException.InvalidArgument("logit_bias", "'logit_bias' is wrong."));

        using var response = await AskAsync(platform, "plain");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Single(platform.Inference.Requests);
    }

    [Fact]
    public async Task Models_ThatAllFail_TellTheFirstFailure()
    {
        await using var platform = await Platform.StartAsync(settings: [OfPlain, ("Models:plain:Fallbacks:1", "gone")]);
        platform.Inference.Script = (request, _) => throw new MillraceException(
            request.Model == "plain" ? Reason.QueueFull : Reason.ModelUnavailable, "Not now.");

        using var response = await AskAsync(platform, "plain");

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal(["plain", Other], platform.Inference.Requests.Select(request => request.Model));
    }

    [Fact]
    public async Task Assistant_ItsModelIsNotThere_TheFirstThatIsAnswers()
    {
        await using var platform = await Platform.StartAsync(settings:
        [
            ("Assistants:helper:Model", "gone"), ("Assistants:helper:Fallbacks:0", "gone-too"), ("Assistants:helper:Fallbacks:1", "plain"),
        ]);

        var answer = await platform.AskAsync("helper", "Hi");

        Assert.Equal("plain", platform.Inference.LastRequest.Model);
        Assert.Equal("fallback", answer.GetProperty("millrace").GetProperty("degraded")[0].GetString());
    }

    [Fact]
    public async Task Assistant_FromCollections_AsksTheOtherWithItsPassages()
    {
        await using var platform = await Platform.StartAsync(settings: [("Models:tiny-rag-chat:Fallbacks:0", "plain"),
            ("Assistants:docs-assistant:Model", Other)]);
        platform.Inference.Script = (request, speaker) => request.Model == Other
            ? throw new MillraceException(Reason.QueueFull, "Not now.")
            : speaker.SayAsync("Parcels are tracked.");

        var answer = await platform.AskAsync("docs-assistant", "Are parcels tracked?");

        Assert.Equal("Parcels are tracked. [2]", Text(answer));
        Assert.Contains("Parcels are tracked.", platform.Inference.LastRequest.Chat.Messages[^1].Content, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fallback_ThatOnlyQuotes_IsNotAskedForCallsOfTools()
    {
        await using var platform = await Platform.StartAsync(settings:
        [
            OfPlain, ("Gateway:QuotingModels:0", Other), ("Assistants:agent:Model", "plain"), ("Assistants:agent:Collections:0", "samples"),
        ]);
        Fail(platform, "plain", new MillraceException(Reason.QueueFull, "Not now."));

        using var response = await platform.PostAsync("/v1/chat/completions", """
            {"model":"agent","messages":[{"role":"user","content":"How long does it take?"}],
             "tools":[{"type":"function","function":{"name":"weather"}}]}
            """);

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.All(platform.Inference.Requests, request => Assert.Equal("plain", request.Model));
    }

    private static void Fail(Platform platform, string model, MillraceException failure) =>
        platform.Inference.Script = (request, speaker) => request.Model == model ? throw failure : speaker.SayAsync("Hello", " there", ".");

    private static Task<HttpResponseMessage> AskAsync(Platform platform, string model) => platform.ChatAsync(
        new { model, messages = new[] { new { role = "user", content = "Hi" } } }, requestId: RequestId);

    private static string? Text(JsonElement answer) =>
        answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();
}
