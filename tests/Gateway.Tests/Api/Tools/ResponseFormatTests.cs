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
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a","schema":{},"strict":true}}""", "true", true)]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a","schema":{},"strict":true}}""", "{} {}", false)]
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

    [Fact]
    public async Task Chat_AnswerThatDoesNotFitItsSchema_IsToldByThePlace()
    {
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers("{\"items\":[{\"price\":1},", "{\"price\":\"much\"}]}");

        using var response = await AskAsync(platform, """
            {"type":"json_schema","json_schema":{"name":"a","strict":true,"schema":{"type":"object","properties":{
             "items":{"type":"array","items":{"$ref":"#/$defs/item"}}},"$defs":{"item":{"properties":{"price":{"type":"number"}}}}}}}
            """);

        var error = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error");
        Assert.Equal("invalid_answer", error.GetProperty("code").GetString());
        Assert.Contains("'/items/1/price'", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("much", platform.Logs.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/chat/completions", "response_format.json_schema.schema", """
        {"messages":[{"role":"user","content":"x"}],
         "response_format":{"type":"json_schema","json_schema":{"name":"a","schema":SCHEMA}}}
        """)]
    [InlineData("/v1/chat/completions", "tools[0].function.parameters", """
        {"messages":[{"role":"user","content":"x"}],
         "tools":[{"type":"function","function":{"name":"f","strict":true,"parameters":SCHEMA}}]}
        """)]
    [InlineData("/v1/responses", "text.format.schema",
        """{"input":"x","text":{"format":{"type":"json_schema","name":"a","schema":SCHEMA}}}""")]
    [InlineData("/v1/responses", "tools[0].parameters",
        """{"input":"x","tools":[{"type":"function","name":"f","strict":true,"parameters":SCHEMA}]}""")]
    public async Task Request_SchemaThatIsNone_IsRefusedByItsPlace(string path, string param, string body)
    {
        await using var platform = await Platform.StartAsync();
        const string Schema = """{"properties":{"a":{"type":"strnig"}}}""";

        using var response = await platform.PostAsync(
            path, "{\"model\":\"plain\"," + body[1..].Replace("SCHEMA", Schema, StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error");
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.Contains("'/properties/a/type'", error.GetProperty("message").GetString(), StringComparison.Ordinal);
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
