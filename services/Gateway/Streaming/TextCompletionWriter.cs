using System.Buffers;
using System.Text.Json;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Http;

namespace Millrace.Gateway.Streaming;

/// <summary>Writes OpenAI's <c>text_completion</c>, which whole answers and the chunks of streams have in common.</summary>
internal static class TextCompletionWriter
{
    /// <summary>Writes a whole answer.</summary>
    public static void Write(IBufferWriter<byte> output, CollectedText answer)
    {
        using var json = new Utf8JsonWriter(output, ApiJson.WriterOptions);
        Begin(json, answer.Started);
        foreach (var choice in answer.Choices)
        {
            BeginChoice(json, choice.Index, choice.Text);
            new TextLogprobs().Write(json, choice.Logprobs, choice.IsEcho);
            EndChoice(json, choice.Reason);
        }

        json.WriteEndArray();
        AnswerParts.WriteUsage(json, answer.Completed.Usage);
        AnswerParts.WriteReport(json, new AnswerReport(answer.Completed.Report, []));
        json.WriteEndObject();
    }

    /// <summary>Writes what stands before the choices, and opens them.</summary>
    public static void Begin(Utf8JsonWriter json, ChatStarted started)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, started.Id);
        json.WriteString("object"u8, "text_completion"u8);
        json.WriteNumber("created"u8, started.CreatedAt.ToUnixTimeSeconds());
        json.WriteString("model"u8, started.Model);
        json.WriteStartArray("choices"u8);
    }

    /// <summary>Opens a choice.</summary>
    public static void BeginChoice(Utf8JsonWriter json, int index, string text)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, text);
        json.WriteNumber("index"u8, index);
    }

    /// <summary>Closes a choice; null while it goes on.</summary>
    public static void EndChoice(Utf8JsonWriter json, ChatFinishReason? reason)
    {
        json.WriteString("finish_reason"u8, reason is { } given ? AnswerParts.FinishReason(given) : null);
        json.WriteEndObject();
    }
}
