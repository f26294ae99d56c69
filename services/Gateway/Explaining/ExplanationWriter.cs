using System.Buffers;
using System.Text.Json;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Http;

namespace Millrace.Gateway.Explaining;

/// <summary>Writes what is told of a request that has ended, well or not.</summary>
internal static class ExplanationWriter
{
    /// <summary>Writes it.</summary>
    /// <param name="run">The request.</param>
    /// <param name="failure">Why it ended early; null when it did not.</param>
    public static ReadOnlyMemory<byte> Write(ChatRun run, MillraceException? failure)
    {
        var output = new ArrayBufferWriter<byte>(2048);
        using var json = new Utf8JsonWriter(output, ApiJson.WriterOptions);
        json.WriteStartObject();
        json.WriteString("object"u8, "request.explanation"u8);
        json.WriteString("request_id"u8, CallContext.Current.RequestId);
        json.WriteString("completion_id"u8, run.Id);
        json.WriteString("trace_id"u8, run.Activity?.TraceId.ToHexString());
        json.WriteNumber("created"u8, run.CreatedAt.ToUnixTimeSeconds());
        WriteOutcome(json, run, failure);
        WriteTimes(json, run.Timeline);
        WriteDecisions(json, run.Decisions);
        json.WriteEndObject();
        json.Flush();
        return output.WrittenMemory;
    }

    private static void WriteOutcome(Utf8JsonWriter json, ChatRun run, MillraceException? failure)
    {
        json.WriteString("model"u8, run.Plan.Request.Model);
        json.WriteString("served_by"u8, run.ServedBy);
        json.WriteString("outcome"u8, failure is null ? "completed" : "failed");
        json.WriteString("error"u8, failure?.Reason.Info().Code);
        json.WriteStartArray("degraded"u8);
        foreach (var part in run.Degraded) json.WriteStringValue(part);
        json.WriteEndArray();
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, run.Usage.PromptTokens);
        json.WriteNumber("completion_tokens"u8, run.Usage.CompletionTokens);
        json.WriteNumber("cached_tokens"u8, run.Usage.CachedTokens);
        json.WriteEndObject();
    }

    private static void WriteTimes(Utf8JsonWriter json, RunTimeline timeline)
    {
        json.WriteNumber("total_ms"u8, Milliseconds(timeline.Elapsed));
        json.WriteNumber("model_ms"u8, Milliseconds(timeline.Model));
        json.WriteNumber("overhead_ms"u8, Milliseconds(timeline.Overhead));
        json.WriteStartArray("steps"u8);
        foreach (var step in timeline.Steps)
        {
            json.WriteStartObject();
            json.WriteString("step"u8, step.Step);
            json.WriteNumber("started_ms"u8, Milliseconds(step.StartedAt));
            json.WriteNumber("duration_ms"u8, Milliseconds(step.Duration));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteDecisions(Utf8JsonWriter json, IReadOnlyList<Decision> decisions)
    {
        json.WriteStartArray("decisions"u8);
        foreach (var decision in decisions)
        {
            json.WriteStartObject();
            json.WriteString("step"u8, decision.Step);
            json.WriteString("decided"u8, decision.Decided);
            json.WriteNumber("at_ms"u8, Milliseconds(decision.At));
            json.WritePropertyName("facts"u8);
            decision.Facts.WriteTo(json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}
