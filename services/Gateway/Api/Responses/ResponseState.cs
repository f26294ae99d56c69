using System.Buffers;
using System.Text;
using System.Text.Json;
using Millrace.Gateway.Citations;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Streaming;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Http;

namespace Millrace.Gateway.Api.Responses;

/// <summary>A response while it is made, and how it is told.</summary>
/// <param name="id">Its id.</param>
/// <param name="spec">What was asked for.</param>
/// <param name="place">Where it stands among messages.</param>
/// <param name="createdAt">When it was begun.</param>
internal sealed class ResponseState(string id, ResponseSpec spec, ResponsePlace place, DateTimeOffset createdAt)
{
    private static readonly string[] Echoed =
        ["instructions", "max_output_tokens", "user", "safety_identifier", "prompt_cache_key", "temperature", "top_p"];

    private static readonly JsonElement EmptyArray = JsonElement.Parse("[]");
    private static readonly JsonElement EmptyObject = JsonElement.Parse("{}");
    private static readonly JsonElement PlainText = JsonElement.Parse("""{"format":{"type":"text"}}""");
    private static readonly JsonElement NoReasoning = JsonElement.Parse("""{"effort":null,"summary":null}""");

    public string Id => id;

    /// <summary>The id without what says that it is a response: that of its items.</summary>
    public string Suffix { get; } = id[(id.IndexOf('_', StringComparison.Ordinal) + 1)..];

    public ResponseSpec Spec => spec;

    public string Status { get; set; } = "in_progress";

    /// <summary>Why it is incomplete.</summary>
    public string? Incomplete { get; set; }

    public MillraceException? Error { get; set; }

    public List<OutputItem> Output { get; } = [];

    public ChatUsage? Usage { get; set; }

    /// <summary>How the answer came about: it is told in the same words whenever the response is.</summary>
    public JsonElement? Report { get; private set; }

    /// <summary>Tells how the answer came about.</summary>
    public void Explain(AnswerReport report)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, ApiJson.WriterOptions))
        {
            json.WriteStartObject();
            AnswerParts.WriteReport(json, report);
            json.WriteEndObject();
        }

        Report = JsonElement.Parse(buffer.WrittenSpan).GetProperty("millrace"u8);
    }

    /// <summary>Writes the response as an object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "response"u8);
        json.WriteNumber("created_at"u8, createdAt.ToUnixTimeSeconds());
        json.WriteString("status"u8, Status);
        json.WriteBoolean("background"u8, spec.Background);
        WriteError(json);
        WriteIncomplete(json);
        json.WriteString("model"u8, spec.Chat.Model);
        json.WriteStartArray("output"u8);
        foreach (var item in Output) item.Write(json, Status is "in_progress" or "queued" ? item.Status : EndStatus(item));
        json.WriteEndArray();
        WriteEchoes(json);
        WriteUsage(json);
        if (Report is { } report)
        {
            json.WritePropertyName("millrace"u8);
            report.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private string EndStatus(OutputItem item) => item.Status == "in_progress" || Status == "incomplete" ? "incomplete" : item.Status;

    private void WriteError(Utf8JsonWriter json)
    {
        if (Error is null)
        {
            json.WriteNull("error"u8);
            return;
        }

        json.WriteStartObject("error"u8);
        json.WriteString("code"u8, Error.Reason.Info().Code);
        json.WriteString("message"u8, Error.Message);
        json.WriteEndObject();
    }

    private void WriteIncomplete(Utf8JsonWriter json)
    {
        if (Incomplete is null)
        {
            json.WriteNull("incomplete_details"u8);
            return;
        }

        json.WriteStartObject("incomplete_details"u8);
        json.WriteString("reason"u8, Incomplete);
        json.WriteEndObject();
    }

    // What was asked for is told as it was asked; what was not, by its default.
    private void WriteEchoes(Utf8JsonWriter json)
    {
        foreach (var name in Echoed) WriteEcho(json, name, null);
        WriteEcho(json, "tools", EmptyArray);
        WriteEcho(json, "metadata", EmptyObject);
        WriteEcho(json, "text", PlainText);
        WriteEcho(json, "reasoning", NoReasoning);
        json.WriteString("previous_response_id"u8, spec.PreviousId);
        json.WriteBoolean("store"u8, spec.Store);
        json.WriteBoolean("parallel_tool_calls"u8, !spec.Chat.ToolChoice.Single);
        json.WriteNumber("top_logprobs"u8, spec.Chat.TopLogprobs);
        json.WriteString("truncation"u8, spec.Chat.MayDropMessages ? "auto"u8 : "disabled"u8);
        json.WriteString("service_tier"u8, "default"u8);
        if (spec.Echo.TryGetValue("tool_choice", out var choice))
        {
            json.WritePropertyName("tool_choice"u8);
            choice.WriteTo(json);
        }
        else
        {
            json.WriteString("tool_choice"u8, "auto"u8);
        }

        if (spec.ConversationId is null || place.ConversationId is null) return;
        json.WriteStartObject("conversation"u8);
        json.WriteString("id"u8, place.ConversationId);
        json.WriteEndObject();
    }

    private void WriteEcho(Utf8JsonWriter json, string name, JsonElement? fallback)
    {
        json.WritePropertyName(name);
        if (spec.Echo.TryGetValue(name, out var asked)) asked.WriteTo(json);
        else if (fallback is { } value) value.WriteTo(json);
        else json.WriteNullValue();
    }

    private void WriteUsage(Utf8JsonWriter json)
    {
        if (Usage is null)
        {
            json.WriteNull("usage"u8);
            return;
        }

        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, Usage.PromptTokens);
        json.WriteStartObject("input_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, Usage.CachedTokens);
        json.WriteEndObject();
        json.WriteNumber("output_tokens"u8, Usage.CompletionTokens);
        json.WriteStartObject("output_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, 0);
        json.WriteEndObject();
        json.WriteNumber("total_tokens"u8, Usage.PromptTokens + Usage.CompletionTokens);
        json.WriteEndObject();
    }
}

/// <summary>An item of a response's output: a message, or a call where it has a name.</summary>
/// <param name="id">Its id.</param>
/// <param name="index">Its place in the output.</param>
internal sealed class OutputItem(string id, int index)
{
    public string Id => id;

    public int Index => index;

    public string Status { get; set; } = "in_progress";

    public StringBuilder Text { get; } = new();

    public List<TokenLogprob> Logprobs { get; } = [];

    public IReadOnlyList<Citation> Citations { get; set; } = [];

    /// <summary>Id of the call; null for a message.</summary>
    public string? CallId { get; init; }

    /// <summary>Name of the tool; null for a message.</summary>
    public string? Name { get; init; }

    /// <summary>Writes it as an object.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="status">The status to tell.</param>
    public void Write(Utf8JsonWriter json, string status)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("type"u8, Name is null ? "message"u8 : "function_call"u8);
        json.WriteString("status"u8, status);
        if (Name is null) WriteMessage(json, status);
        else WriteCall(json);
        json.WriteEndObject();
    }

    /// <summary>Writes the text as a part of the message.</summary>
    public void WritePart(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "output_text"u8);
        json.WriteString("text"u8, Text.ToString());
        json.WriteStartArray("annotations"u8);
        foreach (var citation in Citations) WriteAnnotation(json, citation);
        json.WriteEndArray();
        WriteLogprobs(json, Logprobs);
        json.WriteEndObject();
    }

    /// <summary>Writes a source.</summary>
    public static void WriteAnnotation(Utf8JsonWriter json, Citation citation)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "url_citation"u8);
        json.WriteNumber("start_index"u8, citation.Start);
        json.WriteNumber("end_index"u8, citation.End);
        json.WriteString("title"u8, citation.Title);
        json.WriteString("url"u8, citation.Url);
        json.WriteEndObject();
    }

    /// <summary>Writes the log probabilities of tokens.</summary>
    public static void WriteLogprobs(Utf8JsonWriter json, IEnumerable<TokenLogprob> tokens)
    {
        json.WriteStartArray("logprobs"u8);
        foreach (var token in tokens) WriteToken(json, token, withTop: true);
        json.WriteEndArray();
    }

    private static void WriteToken(Utf8JsonWriter json, TokenLogprob token, bool withTop)
    {
        json.WriteStartObject();
        json.WriteString("token"u8, Encoding.UTF8.GetString(token.Token.Span));
        json.WriteNumber("logprob"u8, token.Logprob);
        json.WriteStartArray("bytes"u8);
        foreach (var value in token.Token.Span) json.WriteNumberValue(value);
        json.WriteEndArray();
        if (withTop)
        {
            json.WriteStartArray("top_logprobs"u8);
            foreach (var top in token.Top) WriteToken(json, top, withTop: false);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private void WriteMessage(Utf8JsonWriter json, string status)
    {
        json.WriteString("role"u8, "assistant"u8);
        json.WriteStartArray("content"u8);
        if (status != "in_progress") WritePart(json);
        json.WriteEndArray();
    }

    private void WriteCall(Utf8JsonWriter json)
    {
        json.WriteString("call_id"u8, CallId);
        json.WriteString("name"u8, Name);
        json.WriteString("arguments"u8, Status == "in_progress" ? string.Empty : Text.ToString());
    }
}
