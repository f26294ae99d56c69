using System.Text.Json;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Streaming;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Anthropic;

/// <summary>
/// An answer as Anthropic's stream of events: the message begins, each block of content begins, grows and ends, and the message ends with
/// its reason and its tokens. Calls follow the text: while they are written the guard may still hold a piece of it back.
/// </summary>
internal sealed class MessageStream(IEventStream events) : IChatSink
{
    /// <summary>Name of the first event, which tells the tokens that are known by then.</summary>
    public const string Start = "message_start";

    private readonly List<ChatToolCallDelta> _calls = [];
    private ChatFinished? _finished;
    private ChatToolCallDelta? _call;
    private bool _isOpen;
    private int _blocks;

    /// <summary>What the answer took; null until it is whole.</summary>
    public ChatUsage? Usage { get; private set; }

    public async ValueTask WriteAsync(ChatEvent next, CancellationToken cancellationToken)
    {
        switch (next)
        {
            case ChatStarted started:
                await events.StartAsync(started, cancellationToken);
                await events.WriteAsync(Start, started, WriteStart, cancellationToken);
                await events.WriteAsync("ping", "ping", WriteType, cancellationToken);
                break;
            case ChatDelta delta:
                await OpenAsync(null, cancellationToken);
                await events.WriteAsync("content_block_delta", (Index: _blocks - 1, delta.Text), WriteText, cancellationToken);
                break;
            case ChatToolCallDelta call:
                _calls.Add(call);
                break;
            case ChatFinished finished:
                _finished = finished;
                await WriteCallsAsync(cancellationToken);
                break;
            case ChatCompleted completed:
                await CompleteAsync(completed, cancellationToken);
                break;
        }
    }

    /// <summary>Says that the answer broke off.</summary>
    public ValueTask FailAsync(MillraceException error, string? requestId, CancellationToken cancellationToken) => events.WriteAsync(
        "error",
        error.ToAnthropic(requestId),
        static (json, body) => JsonSerializer.Serialize(json, body, AnthropicErrorJson.Default.AnthropicError),
        cancellationToken);

    private async ValueTask WriteCallsAsync(CancellationToken cancellationToken)
    {
        // What the guard held back of a call comes behind the beginning of the next one; here a block ends before the next begins.
        foreach (var call in _calls.OrderBy(piece => piece.Index))
        {
            await OpenAsync(call, cancellationToken);
            if (call.Arguments.Length > 0)
                await events.WriteAsync("content_block_delta", (Index: _blocks - 1, call.Arguments), WriteInput, cancellationToken);
        }
    }

    // A call's pieces come one behind the other, so that a piece of another call, or of the text, ends the block before it.
    private async ValueTask OpenAsync(ChatToolCallDelta? call, CancellationToken cancellationToken)
    {
        if (_isOpen && _call?.Index == call?.Index) return;
        await CloseAsync(cancellationToken);
        (_isOpen, _call) = (true, call);
        await events.WriteAsync("content_block_start", (Index: _blocks++, Call: call), WriteBlock, cancellationToken);
    }

    private async ValueTask CloseAsync(CancellationToken cancellationToken)
    {
        if (_isOpen) await events.WriteAsync("content_block_stop", _blocks - 1, WriteBlockEnd, cancellationToken);
        _isOpen = false;
    }

    private async ValueTask CompleteAsync(ChatCompleted completed, CancellationToken cancellationToken)
    {
        Usage = completed.Usage;
        await CloseAsync(cancellationToken);
        await events.WriteAsync("message_delta", (Finished: _finished, Completed: completed), WriteEnd, cancellationToken);
        await events.WriteAsync("message_stop", "message_stop", WriteType, cancellationToken);
    }

    private static void WriteType(Utf8JsonWriter json, string type)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteEndObject();
    }

    private static void WriteStart(Utf8JsonWriter json, ChatStarted started)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, Start);
        json.WriteStartObject("message"u8);
        MessageParts.WriteHead(json, started);
        json.WriteStartArray("content"u8);
        json.WriteEndArray();
        MessageParts.WriteStop(json, null);
        MessageParts.WriteUsage(json, started.Usage);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteBlock(Utf8JsonWriter json, (int Index, ChatToolCallDelta? Call) item)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "content_block_start"u8);
        json.WriteNumber("index"u8, item.Index);
        json.WriteStartObject("content_block"u8);
        json.WriteString("type"u8, item.Call is null ? "text"u8 : "tool_use"u8);
        if (item.Call is { } call)
        {
            json.WriteString("id"u8, call.Id);
            json.WriteString("name"u8, call.Name);
            json.WriteStartObject("input"u8);
            json.WriteEndObject();
        }
        else json.WriteString("text"u8, ""u8);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, (int Index, string Text) piece) => WriteDelta(json, piece, "text_delta", "text");

    private static void WriteInput(Utf8JsonWriter json, (int Index, string Text) piece) =>
        WriteDelta(json, piece, "input_json_delta", "partial_json");

    private static void WriteDelta(Utf8JsonWriter json, (int Index, string Text) piece, string type, string name)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "content_block_delta"u8);
        json.WriteNumber("index"u8, piece.Index);
        json.WriteStartObject("delta"u8);
        json.WriteString("type"u8, type);
        json.WriteString(name, piece.Text);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteBlockEnd(Utf8JsonWriter json, int index)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "content_block_stop"u8);
        json.WriteNumber("index"u8, index);
        json.WriteEndObject();
    }

    private static void WriteEnd(Utf8JsonWriter json, (ChatFinished? Finished, ChatCompleted Completed) end)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "message_delta"u8);
        json.WriteStartObject("delta"u8);
        MessageParts.WriteStop(json, end.Finished);
        json.WriteEndObject();
        MessageParts.WriteUsage(json, end.Completed.Usage);
        MessageParts.WriteReport(json, end.Completed, end.Finished?.Citations ?? []);
        json.WriteEndObject();
    }
}
