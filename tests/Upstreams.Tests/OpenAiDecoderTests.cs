using System.Text;
using System.Text.Json;
using Millrace.Contracts.Inference.V1;
using Millrace.TestShared;

namespace Millrace.Upstreams.Tests;

/// <summary>Chunks as servers send them: with what nobody asked for, in any order, and broken.</summary>
public sealed class OpenAiDecoderTests
{
    [Theory]
    [InlineData("""{"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}""")]
    [InlineData("""{"choices":[{"finish_reason":null,"delta":{"content":"Hi","role":"assistant"},"index":0}],"usage":null,"error":null}""")]
    [InlineData("""{ "x": [{"content": "no"}], "choices": [ { "delta": { "x": {"content": "no"}, "content": "Hi" } } ], "y": {} }""")]
    [InlineData("""{"choices":[{"delta":{"cont\u0065nt":"H\u0069","tool_calls":null,"reasoning":null},"logprobs":null}]}""")]
    [InlineData("""{"choices":[{"text":"Hi","delta":null,"index":0,"stop_reason":13}]}""")]
    [InlineData("""{"choices":[{"delta":{"content":null,"refusal":"Hi"}}],"choices_":7}""")]
    [InlineData("""{"choices":[{"delta":{"content":"no"}}],"choices":[{"delta":{"content":"no","content":"Hi"}}]}""")]
    public void Decode_AnyOrderAndUnknownFields_FindsTheText(string chunk) => Assert.Equal("Hi", TextOf(Decode(chunk)));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{")]
    [InlineData("""{"choices":[{"delta":{"content":"Hi"}}]""")]
    [InlineData("""{"choices":[{"delta":{"content":"Hi"}}]}{}""")]
    [InlineData("""{"choices":{}}""")]
    [InlineData("""{"choices":[null]}""")]
    [InlineData("""{"choices":[{"index":"0"}]}""")]
    [InlineData("""{"choices":[{"index":0.5}]}""")]
    [InlineData("""{"choices":[{"delta":[]}]}""")]
    [InlineData("""{"choices":[{"delta":{"content":7}}]}""")]
    [InlineData("""{"choices":[{"finish_reason":7}]}""")]
    [InlineData("""{"choices":[{"delta":{"content":"\ud800"}}]}""")]
    [InlineData("""{"choices":[{"logprobs":7}]}""")]
    public void Decode_NotOfItsShape_IsNoValidJson(string chunk) =>
        Assert.ThrowsAny<JsonException>(() => Decode(chunk));

    [Fact]
    public void Decode_BytesThatAreNoText_IsNoValidJson()
    {
        byte[] chunk = [.. """{"choices":[{"delta":{"content":" """u8, 0xC3, 0x28, .. "\"}}]}"u8];

        Assert.ThrowsAny<JsonException>(() => Decode(chunk));
    }

    [Fact]
    public void Decode_DepthBeyondAnyUse_IsRefused()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 40)) + string.Concat(Enumerable.Repeat("]", 40));

        Assert.ThrowsAny<JsonException>(() => Decode($$"""{"choices":[],"x":{{deep}}}"""));
    }

    [Theory]
    [InlineData("""{"choices":[{"delta":{"content":"Hi"}}],"error":{"message":"no"}}""")]
    [InlineData("""{"error":"no","choices":null}""")]
    public void Decode_ErrorAnywhere_IsTheServersErrorAndNothingElse(string chunk)
    {
        var answer = NewAnswer();

        Assert.Throws<UpstreamErrorEvent>(() => new OpenAiDecoder(answer).Decode(Event(Encoding.UTF8.GetBytes(chunk))));

        Assert.False(answer.HasOutput);
    }

    [Fact]
    public void Decode_NextChunk_KeepsNothingOfTheOneBefore()
    {
        var answer = NewAnswer(choices: 2);
        var decoder = new OpenAiDecoder(answer);

        decoder.Decode(Event("""
            {"choices":[{"index":0,"delta":{"content":"a","tool_calls":[{"index":0,"id":"c","function":{"name":"f"}}]}},
            {"index":1,"text":"b"}]}
            """u8.ToArray()));
        decoder.Decode(Event("""{"choices":[{"index":1,"delta":{}}]}"""u8.ToArray()));

        Assert.Equal(["", "a", "", "b"], answer.Take().Select(response => response.Tokens?.Text ?? ""));
    }

    [Theory]
    [InlineData("length", FinishReason.Length)]
    [InlineData("function_call", FinishReason.ToolCalls)]
    [InlineData("content_filter", FinishReason.ContentFilter)]
    [InlineData("eos", FinishReason.Stop)]
    public void Decode_FinishReason_IsOurs(string reason, FinishReason expected)
    {
        var answer = NewAnswer();
        var decoder = new OpenAiDecoder(answer);

        decoder.Decode(Event(Encoding.UTF8.GetBytes(OpenAi.Finish(reason))));
        decoder.Decode(Event("[DONE]"u8.ToArray()));

        Assert.Equal(expected, answer.Take().Single(response => response.Finished is not null).Finished.Reason);
    }

    private static IReadOnlyList<GenerateResponse> Decode(string chunk) => Decode(Encoding.UTF8.GetBytes(chunk));

    private static IReadOnlyList<GenerateResponse> Decode(byte[] chunk)
    {
        var answer = NewAnswer();
        new OpenAiDecoder(answer).Decode(Event(chunk));
        return answer.Take();
    }

    private static AnswerBuilder NewAnswer(uint choices = 1) =>
        new("m", new GenerateRequest { ChoiceCount = choices }, new ManualTimeProvider());

    private static SseEvent Event(byte[] data) => new("", data);

    private static string TextOf(IReadOnlyList<GenerateResponse> responses) =>
        string.Concat(responses.Select(response => response.Tokens?.Text ?? ""));
}
