using System.Buffers;
using System.Text.Json;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Http;

namespace Millrace.Gateway.Streaming;

/// <summary>Writes a whole answer as OpenAI's <c>chat.completion</c>.</summary>
internal static class CompletionWriter
{
    /// <summary>Writes an answer.</summary>
    public static void Write(IBufferWriter<byte> output, CollectedAnswer answer)
    {
        using var json = new Utf8JsonWriter(output, ApiJson.WriterOptions);
        json.WriteStartObject();
        json.WriteString("id"u8, answer.Started.Id);
        json.WriteString("object"u8, "chat.completion"u8);
        json.WriteNumber("created"u8, answer.Started.CreatedAt.ToUnixTimeSeconds());
        json.WriteString("model"u8, answer.Started.Model);
        json.WriteStartArray("choices"u8);
        foreach (var choice in answer.Choices) WriteChoice(json, choice);
        json.WriteEndArray();
        AnswerParts.WriteUsage(json, answer.Completed.Usage);
        AnswerParts.WriteReport(
            json, new AnswerReport(answer.Completed.Report, [.. answer.Choices.SelectMany(choice => choice.Citations)]));
        json.WriteEndObject();
    }

    private static void WriteChoice(Utf8JsonWriter json, CollectedChoice choice)
    {
        json.WriteStartObject();
        json.WriteNumber("index"u8, choice.Index);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        if (choice.Text.Length == 0 && choice.ToolCalls.Count > 0) json.WriteNull("content"u8);
        else json.WriteString("content"u8, choice.Text);
        json.WriteNull("refusal"u8);
        AnswerParts.WriteAnnotations(json, choice.Citations);
        if (choice.ToolCalls.Count > 0) WriteCalls(json, choice.ToolCalls);
        json.WriteEndObject();
        AnswerParts.WriteLogprobs(json, choice.Logprobs);
        json.WriteString("finish_reason"u8, AnswerParts.FinishReason(choice.Reason));
        json.WriteEndObject();
    }

    private static void WriteCalls(Utf8JsonWriter json, IReadOnlyList<ChatToolCall> calls)
    {
        json.WriteStartArray("tool_calls"u8);
        foreach (var call in calls)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, call.Id);
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, call.Name);
            json.WriteString("arguments"u8, call.Arguments);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
