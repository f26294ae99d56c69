using System.Net;
using System.Text.Json;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Tests.Fakes;

namespace Millrace.Gateway.Tests.Api.Tools;

/// <summary>Forms of answers reach the model, and an answer without its form is none.</summary>
public sealed class ResponseFormatTests
{
    [Fact]
    public async Task Chat_JsonSchema_ReachesTheModel()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers("{}");

        using var response = await AskAsync(platform, """
            {"type":"json_schema","json_schema":{"name":"point","description":"A point.","schema":{"type": "object"},"strict":true}}
            """);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var sent = platform.Inference.LastRequest.ResponseFormat;
        Assert.Equal(("point", "A point.", "{\"type\": \"object\"}", true), (sent.Name, sent.Description, sent.Schema, sent.Strict));
    }

    [Theory]
    [InlineData("""{"type":"text"}""", "No JSON.", true)]
    [InlineData("""{"type":"json_object"}""", " {\"a\": [1]}\n", true)]
    [InlineData("""{"type":"json_object"}""", "[1]", false)]
    [InlineData("""{"type":"json_object"}""", "Here: {}", false)]
    [InlineData("""{"type":"json_object"}""", "", false)]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object"}}}""", "No JSON.", true)]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object"},"strict":true}}""", "[1]", false)]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a","schema":{"type":["array","null"]},"strict":true}}""", "[1]", true)]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"integer"},"strict":true}}""", "2.0", true)]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"integer"},"strict":true}}""", "2.5", false)]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a","schema":{"anyOf":[]},"strict":true}}""", "true", true)]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a","schema":{"anyOf":[]},"strict":true}}""", "{} {}", false)]
    public async Task Chat_WholeAnswer_IsHeldToItsForm(string format, string answer, bool isWhole)
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers(answer);

        using var response = await AskAsync(platform, format);

        var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(isWhole ? HttpStatusCode.OK : HttpStatusCode.BadGateway, response.StatusCode);
        if (isWhole) Assert.Equal(answer, body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        else Assert.Equal("invalid_answer", body.GetProperty("error").GetProperty("code").GetString());
    }

    [Theory]
    [InlineData(FinishReason.Length, "length")]
    [InlineData(FinishReason.ContentFilter, "content_filter")]
    public async Task Chat_AnswerCutOff_SaysSoByItsFinishReason(FinishReason reason, string told)
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.TokenAsync("{\"a\":");
            await speaker.FinishAsync(reason);
        };

        using var response = await AskAsync(platform, """{"type":"json_object"}""");

        var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(told, body.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task Chat_AnswerThatMetAStopString_EndsWhereTheRequestWantsIt()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.TokenAsync("{\"a\":");
            await speaker.WriteAsync(new GenerateResponse { Finished = new GenerationFinished { Reason = FinishReason.Stop, Stop = "1" } });
        };

        using var response = await AskAsync(platform, """{"type":"json_object"}""");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Chat_AnswerWithoutItsForm_IsNotStored()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers("No JSON.");

        using var response = await platform.PostAsync("/v1/chat/completions", """
            {"model":"plain","messages":[{"role":"user","content":"Hi"}],"response_format":{"type":"json_object"},
             "millrace":{"conversation_id":"c"}}
            """);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Null(platform.Sessions.LastAppend);
    }

    private static Task<HttpResponseMessage> AskAsync(Platform platform, string format) => platform.PostAsync(
        "/v1/chat/completions",
        $$"""{"model":"plain","messages":[{"role":"user","content":"Say it in JSON."}],"response_format":{{format}}}""");
}
