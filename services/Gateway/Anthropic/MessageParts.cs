using System.Text.Json;
using Millrace.Gateway.Citations;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Streaming;

namespace Millrace.Gateway.Anthropic;

/// <summary>The JSON that streamed and whole messages have in common.</summary>
internal static class MessageParts
{
    private const string CompletionPrefix = "chatcmpl-";

    /// <summary>The head of a message, its fields before the content.</summary>
    public static void WriteHead(Utf8JsonWriter json, ChatStarted started)
    {
        json.WriteString("id"u8, Id(started.Id));
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("model"u8, started.Model);
    }

    /// <summary>Why the message ended.</summary>
    public static void WriteStop(Utf8JsonWriter json, ChatFinished? finished)
    {
        json.WriteString("stop_reason"u8, finished is null ? null : Reason(finished));
        json.WriteString("stop_sequence"u8, finished is { Reason: ChatFinishReason.Stop } ? finished.Stop : null);
    }

    /// <summary>Tokens; those from the prefix cache are counted apart from the others.</summary>
    public static void WriteUsage(Utf8JsonWriter json, ChatUsage usage)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, usage.PromptTokens - usage.CachedTokens);
        json.WriteNumber("cache_creation_input_tokens"u8, 0);
        json.WriteNumber("cache_read_input_tokens"u8, usage.CachedTokens);
        json.WriteNumber("output_tokens"u8, usage.CompletionTokens);
        json.WriteEndObject();
    }

    /// <summary>How the answer came about, and its sources.</summary>
    public static void WriteReport(Utf8JsonWriter json, ChatCompleted completed, IReadOnlyList<Citation> citations) =>
        AnswerParts.WriteReport(json, new AnswerReport(completed.Report, citations));

    private static string Id(string completion) =>
        "msg_" + (completion.StartsWith(CompletionPrefix, StringComparison.Ordinal) ? completion[CompletionPrefix.Length..] : completion);

    private static string Reason(ChatFinished finished) => finished.Reason switch
    {
        ChatFinishReason.Length => "max_tokens",
        ChatFinishReason.ToolCalls => "tool_use",
        ChatFinishReason.ContentFilter => "refusal",
        _ => finished.Stop is null ? "end_turn" : "stop_sequence",
    };
}
