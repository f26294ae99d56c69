using System.Text.Json;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Http;

namespace Millrace.Gateway.Streaming;

/// <summary>Writes the chunks of one streamed answer.</summary>
/// <param name="answer">What all its chunks have in common.</param>
/// <param name="includeUsage">Whether chunks name the usage, which is null until the last.</param>
internal sealed class ChunkWriter(ChatStarted answer, bool includeUsage)
{
    private readonly JsonEncodedText _id = Encode(answer.Id);
    private readonly JsonEncodedText _model = Encode(answer.Model);
    private readonly long _created = answer.CreatedAt.ToUnixTimeSeconds();

    /// <summary>The first chunk of a choice.</summary>
    public void WriteRole(Utf8JsonWriter json, int choice)
    {
        BeginChoice(json, choice);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, ""u8);
        json.WriteEndObject();
        EndChoice(json, [], null);
        End(json);
    }

    /// <summary>A piece of a choice.</summary>
    public void WriteDelta(Utf8JsonWriter json, ChatDelta delta)
    {
        BeginChoice(json, delta.Choice);
        json.WriteString("content"u8, delta.Text);
        json.WriteEndObject();
        EndChoice(json, delta.Logprobs, null);
        End(json);
    }

    /// <summary>A piece of a tool call. What it is is told once; the arguments follow piece by piece.</summary>
    public void WriteToolCall(Utf8JsonWriter json, ChatToolCallDelta call)
    {
        BeginChoice(json, call.Choice);
        json.WriteStartArray("tool_calls"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, call.Index);
        if (call.Id is not null) json.WriteString("id"u8, call.Id);
        if (call.Id is not null) json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        if (call.Name is not null) json.WriteString("name"u8, call.Name);
        json.WriteString("arguments"u8, call.Arguments);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        EndChoice(json, [], null);
        End(json);
    }

    /// <summary>The last chunk of a choice, with its sources; that of the last choice has the report as well.</summary>
    public void WriteFinish(Utf8JsonWriter json, ChatFinished finished, AnswerReport? report)
    {
        BeginChoice(json, finished.Choice);
        if (finished.Citations.Count > 0) AnswerParts.WriteAnnotations(json, finished.Citations);
        json.WriteEndObject();
        EndChoice(json, [], AnswerParts.FinishReason(finished.Reason));
        if (report is not null) AnswerParts.WriteReport(json, report);
        End(json);
    }

    /// <summary>The chunk with the usage.</summary>
    public void WriteUsage(Utf8JsonWriter json, ChatUsage usage)
    {
        Begin(json);
        json.WriteStartArray("choices"u8);
        json.WriteEndArray();
        AnswerParts.WriteUsage(json, usage);
        json.WriteEndObject();
    }

    private static JsonEncodedText Encode(string text) => JsonEncodedText.Encode(text, ApiJson.WriterOptions.Encoder);

    private void Begin(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, _id);
        json.WriteString("object"u8, "chat.completion.chunk"u8);
        json.WriteNumber("created"u8, _created);
        json.WriteString("model"u8, _model);
    }

    private void BeginChoice(Utf8JsonWriter json, int choice)
    {
        Begin(json);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, choice);
        json.WriteStartObject("delta"u8);
    }

    private static void EndChoice(Utf8JsonWriter json, IReadOnlyList<TokenLogprob> logprobs, string? finishReason)
    {
        AnswerParts.WriteLogprobs(json, logprobs);
        json.WriteString("finish_reason"u8, finishReason);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void End(Utf8JsonWriter json)
    {
        if (includeUsage) json.WriteNull("usage"u8);
        json.WriteEndObject();
    }
}
