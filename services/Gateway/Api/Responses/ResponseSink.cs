using System.Text.Json;
using Millrace.Gateway.Api.Runs;
using Millrace.Gateway.Runs;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Streaming;

namespace Millrace.Gateway.Api.Responses;

/// <summary>An answer as a response: its state grows, and each step is an event.</summary>
internal sealed class ResponseSink(ResponseState state, ResponseEvents events, RunOutput? stream) : IChatSink
{
    private readonly Dictionary<int, OutputItem> _calls = [];
    private OutputItem? _message;
    private ChatFinished? _finished;

    /// <summary>How the answer was begun; null before.</summary>
    public ChatStarted? Started { get; private set; }

    /// <summary>Ids of the messages that the conversation has now besides.</summary>
    public IReadOnlyList<string> StoredIds { get; private set; } = [];

    public async ValueTask WriteAsync(ChatEvent next, CancellationToken cancellationToken)
    {
        switch (next)
        {
            case ChatStarted started:
                Started = started;
                if (!state.Spec.Background) await BeginAsync(started, cancellationToken);
                break;
            case ChatDelta delta:
                await TextAsync(delta, cancellationToken);
                break;
            case ChatToolCallDelta call:
                await CallAsync(call, cancellationToken);
                break;
            case ChatFinished finished:
                _finished = finished;
                await FinishItemsAsync(finished, cancellationToken);
                break;
            case ChatCompleted completed:
                await CompleteAsync(completed, cancellationToken);
                break;
        }
    }

    /// <summary>Says that the response is there, before the model has said anything.</summary>
    public async ValueTask BeginInBackgroundAsync(CancellationToken cancellationToken)
    {
        var headers = FrameEvents.StreamHeaders();
        if (stream is not null) await stream.BeginAsync(FrameEvents.Head(StatusCodes.Status200OK, headers), cancellationToken);
        state.Status = "queued";
        await TellAsync("response.created", cancellationToken);
        await TellAsync("response.queued", cancellationToken);
        state.Status = "in_progress";
        await TellAsync("response.in_progress", cancellationToken);
    }

    /// <summary>Tells the response as it stands.</summary>
    public ValueTask TellAsync(string type, CancellationToken cancellationToken) => events.SendAsync(
        type,
        state,
        static (json, response) =>
        {
            json.WritePropertyName("response"u8);
            response.Write(json);
        },
        cancellationToken);

    private async ValueTask BeginAsync(ChatStarted started, CancellationToken cancellationToken)
    {
        var headers = FrameEvents.StreamHeaders();
        AnswerHeaders.Set(headers, started.ServedBy, started.Timeline);
        if (stream is not null) await stream.BeginAsync(FrameEvents.Head(StatusCodes.Status200OK, headers), cancellationToken);
        await TellAsync("response.created", cancellationToken);
        await TellAsync("response.in_progress", cancellationToken);
    }

    private async ValueTask TextAsync(ChatDelta delta, CancellationToken cancellationToken)
    {
        var message = _message ?? await OpenMessageAsync(cancellationToken);
        message.Text.Append(delta.Text);
        message.Logprobs.AddRange(delta.Logprobs);
        await events.SendAsync(
            "response.output_text.delta",
            (message, delta),
            static (json, piece) =>
            {
                WritePlace(json, piece.message);
                json.WriteNumber("content_index"u8, 0);
                json.WriteString("delta"u8, piece.delta.Text);
                OutputItem.WriteLogprobs(json, piece.delta.Logprobs);
            },
            cancellationToken);
    }

    private async ValueTask<OutputItem> OpenMessageAsync(CancellationToken cancellationToken)
    {
        _message = new OutputItem($"msg_{state.Suffix}", state.Output.Count);
        state.Output.Add(_message);
        await ItemAsync("response.output_item.added", _message, cancellationToken);
        await PartAsync("response.content_part.added", _message, cancellationToken);
        return _message;
    }

    private async ValueTask CallAsync(ChatToolCallDelta delta, CancellationToken cancellationToken)
    {
        if (!_calls.TryGetValue(delta.Index, out var call))
        {
            _calls[delta.Index] = call = new OutputItem($"fc_{state.Suffix}_{delta.Index}", state.Output.Count)
            {
                CallId = delta.Id ?? $"call_{state.Suffix}_{delta.Index}", Name = delta.Name ?? string.Empty,
            };
            state.Output.Add(call);
            await ItemAsync("response.output_item.added", call, cancellationToken);
        }

        if (delta.Arguments.Length == 0) return;
        call.Text.Append(delta.Arguments);
        await events.SendAsync(
            "response.function_call_arguments.delta",
            (call, delta.Arguments),
            static (json, piece) =>
            {
                WritePlace(json, piece.call);
                json.WriteString("delta"u8, piece.Arguments);
            },
            cancellationToken);
    }

    private async ValueTask FinishItemsAsync(ChatFinished finished, CancellationToken cancellationToken)
    {
        if (state.Output.Count == 0) await OpenMessageAsync(cancellationToken);
        foreach (var item in state.Output)
        {
            if (item == _message) await FinishMessageAsync(item, finished, cancellationToken);
            else await FinishCallAsync(item, cancellationToken);
        }
    }

    private async ValueTask FinishMessageAsync(OutputItem message, ChatFinished finished, CancellationToken cancellationToken)
    {
        message.Citations = finished.Citations;
        for (var index = 0; index < finished.Citations.Count; index++)
            await events.SendAsync(
                "response.output_text.annotation.added",
                (message, index),
                static (json, added) =>
                {
                    WritePlace(json, added.message);
                    json.WriteNumber("content_index"u8, 0);
                    json.WriteNumber("annotation_index"u8, added.index);
                    json.WritePropertyName("annotation"u8);
                    OutputItem.WriteAnnotation(json, added.message.Citations[added.index]);
                },
                cancellationToken);
        await events.SendAsync(
            "response.output_text.done",
            message,
            static (json, done) =>
            {
                WritePlace(json, done);
                json.WriteNumber("content_index"u8, 0);
                json.WriteString("text"u8, done.Text.ToString());
                OutputItem.WriteLogprobs(json, done.Logprobs);
            },
            cancellationToken);
        await PartAsync("response.content_part.done", message, cancellationToken);
        message.Status = IncompleteReason(finished.Reason) is null ? "completed" : "incomplete";
        await ItemAsync("response.output_item.done", message, cancellationToken);
    }

    private async ValueTask FinishCallAsync(OutputItem call, CancellationToken cancellationToken)
    {
        await events.SendAsync(
            "response.function_call_arguments.done",
            call,
            static (json, done) =>
            {
                WritePlace(json, done);
                json.WriteString("name"u8, done.Name);
                json.WriteString("arguments"u8, done.Text.ToString());
            },
            cancellationToken);
        call.Status = "completed";
        await ItemAsync("response.output_item.done", call, cancellationToken);
    }

    private async ValueTask CompleteAsync(ChatCompleted completed, CancellationToken cancellationToken)
    {
        state.Usage = completed.Usage;
        state.Explain(new AnswerReport(completed.Report, _finished?.Citations ?? []));
        StoredIds = completed.Report.StoredMessageIds ?? [];
        stream?.Took(completed.Usage.PromptTokens + completed.Usage.CompletionTokens);
        state.Incomplete = IncompleteReason(_finished?.Reason ?? ChatFinishReason.Stop);
        state.Status = state.Incomplete is null ? "completed" : "incomplete";
        await TellAsync($"response.{state.Status}", cancellationToken);
    }

    private static string? IncompleteReason(ChatFinishReason reason) => reason switch
    {
        ChatFinishReason.Length => "max_output_tokens",
        ChatFinishReason.ContentFilter => "content_filter",
        _ => null,
    };

    private static void WritePlace(Utf8JsonWriter json, OutputItem item)
    {
        json.WriteString("item_id"u8, item.Id);
        json.WriteNumber("output_index"u8, item.Index);
    }

    private ValueTask ItemAsync(string type, OutputItem item, CancellationToken cancellationToken) => events.SendAsync(
        type,
        item,
        static (json, told) =>
        {
            json.WriteNumber("output_index"u8, told.Index);
            json.WritePropertyName("item"u8);
            told.Write(json, told.Status);
        },
        cancellationToken);

    private ValueTask PartAsync(string type, OutputItem message, CancellationToken cancellationToken) => events.SendAsync(
        type,
        message,
        static (json, told) =>
        {
            WritePlace(json, told);
            json.WriteNumber("content_index"u8, 0);
            json.WritePropertyName("part"u8);
            told.WritePart(json);
        },
        cancellationToken);
}
