using System.Net;
using System.Text.Json;
using Google.Protobuf;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Tests.Fakes;

namespace Millrace.Gateway.Tests.Api;

public sealed class ChatCompletionTests
{
    [Fact]
    public async Task Chat_PlainModel_AnswersWithUsageAndIds()
    {
        await using var platform = await Platform.StartAsync();

        using var response = await platform.ChatAsync(
            new
            {
                model = "plain",
                messages = new[] { new { role = "user", content = "Hi there you" } },
                temperature = 0.5,
                seed = 7,
                stop = "END",
            },
            requestId: "req_abc");

        var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("req_abc", response.Headers.GetValues("x-request-id").Single());
        Assert.Equal("plain", response.Headers.GetValues("x-millrace-model").Single());
        Assert.Equal("chatcmpl-abc", answer.GetProperty("id").GetString());
        Assert.Equal("Hello there.", Text(answer));
        Assert.Equal("stop", answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(14, answer.GetProperty("usage").GetProperty("total_tokens").GetInt32());
        Assert.Equal(3, answer.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());
        var sent = platform.Inference.LastRequest;
        Assert.Equal((0.5f, 7ul, "END"), (sent.Sampling.Temperature, sent.Sampling.Seed, sent.Stop.Single()));
        Assert.Empty(platform.Gateway.Errors);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chat_ModelWithANameThatNoHeaderTakes_IsAnswered(bool stream)
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.WriteAsync(new GenerateResponse { Started = new GenerationStarted { Model = "modèle\n1", PromptTokens = 1 } });
            await speaker.TokenAsync("Hi");
            await speaker.FinishAsync();
        };

        using var response = await platform.ChatAsync(
            new { model = "plain", messages = new[] { new { role = "user", content = "Hi" } }, stream });

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("mod%C3%A8le%0A1", response.Headers.GetValues("x-millrace-model").Single());
    }

    [Theory]
    [InlineData("/v1/chat/completions", "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"logprobs\":true,\"top_logprobs\":1")]
    [InlineData("/v1/completions", "\"prompt\":\"Hi\",\"logprobs\":1")]
    public async Task Answer_TokenThatCannotBe_HasTheProbabilityThatOpenAiTells(string path, string fields)
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            var token = new GeneratedToken { Token = ByteString.CopyFromUtf8("Hi"), Logprob = float.NegativeInfinity };
            token.Top.Add(new TopLogprob { Token = ByteString.CopyFromUtf8("Ho"), Logprob = float.NaN });
            await speaker.WriteAsync(new GenerateResponse { Tokens = new TokenBatch { Text = "Hi", Tokens = { token } } });
            await speaker.FinishAsync();
        };

        using var response = await platform.PostAsync(path, $$"""{"model":"plain",{{fields}}}""");

        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("-9999", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("acme corp")]
    [InlineData("")]
    public async Task Request_OfATenantThatCannotBe_IsNotTheDefaultTenants(string tenant)
    {
        await using var platform = await Platform.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.TryAddWithoutValidation("x-millrace-tenant", tenant);

        using var response = await platform.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("permission_denied", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_Assistant_QuotesAndCites()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers("Standard ship", "ping takes", " three days. [1]");

        var answer = await platform.AskAsync("docs-assistant", "How long does shipping take?");

        Assert.Equal("Standard shipping takes three days. [2]", Text(answer));
        var annotation = answer.GetProperty("choices")[0].GetProperty("message").GetProperty("annotations")[0].GetProperty("url_citation");
        Assert.Equal((36, 39), (annotation.GetProperty("start_index").GetInt32(), annotation.GetProperty("end_index").GetInt32()));
        Assert.Equal(
            "/v1/collections/samples/documents/shipping.md/text?version=2&start=100&length=35", annotation.GetProperty("url").GetString());
        var citation = answer.GetProperty("millrace").GetProperty("citations")[0];
        Assert.Equal("Standard shipping takes three days.", citation.GetProperty("quote").GetString());
        Assert.Equal((100, 35), (citation.GetProperty("source_start").GetInt32(), citation.GetProperty("source_length").GetInt32()));
        Assert.Equal(2, answer.GetProperty("millrace").GetProperty("retrieval").GetProperty("passages").GetInt32());
    }

    [Fact]
    public async Task Chat_Assistant_SendsThePromptThatTheModelWasTrainedOn()
    {
        await using var platform = await Platform.StartAsync();

        await platform.AskAsync("docs-assistant", "How long $context does it take?");

        var sent = platform.Inference.LastRequest;
        Assert.StartsWith(
            "You are a helpful assistant that answers questions based on the provided context. Rules:\n1. ",
            sent.Chat.Messages[0].Content,
            StringComparison.Ordinal);
        Assert.EndsWith("4. Never make up information. Never hallucinate.", sent.Chat.Messages[0].Content);
        Assert.Equal(
            "Context:\n[1] (Source: returns.md)\nItems can be returned within 30 days. Refunds take five working days.\n\n---\n\n"
                + "[2] (Source: shipping.md)\nStandard shipping takes three days. Parcels are tracked.\n\n"
                + "Question: How long $context does it take?\n\nAnswer based on the context above:",
            sent.Chat.Messages[1].Content);
        Assert.Equal(0, sent.Sampling.Temperature);
        Assert.True(sent.Sampling.HasTemperature);
    }

    private static string? Text(JsonElement answer) =>
        answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();
}
