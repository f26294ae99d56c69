using System.Buffers;
using System.Text;
using System.Text.Json;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Http;

namespace Millrace.Gateway.Anthropic;

/// <summary>Collects an answer that is not streamed, and writes it as Anthropic's message: its text first, then the calls.</summary>
internal sealed class CollectedMessage : IChatSink
{
    private readonly StringBuilder _text = new();
    private readonly List<Call> _calls = [];
    private ChatStarted? _started;
    private ChatFinished? _finished;
    private ChatCompleted? _completed;

    /// <inheritdoc/>
    public bool TakesPieces => false;

    /// <summary>What is known of the answer.</summary>
    /// <exception cref="InvalidOperationException">It has not begun.</exception>
    public ChatStarted Started => _started ?? throw new InvalidOperationException("The answer has not begun.");

    /// <summary>Its end.</summary>
    /// <exception cref="InvalidOperationException">It is not whole yet.</exception>
    public ChatCompleted Completed => _completed ?? throw new InvalidOperationException("The answer is not complete.");

    public ValueTask WriteAsync(ChatEvent next, CancellationToken cancellationToken)
    {
        if (next is ChatStarted started) _started = started;
        else if (next is ChatDelta delta) _text.Append(delta.Text);
        else if (next is ChatToolCallDelta piece) CallOf(piece).Arguments.Append(piece.Arguments);
        else if (next is ChatFinished finished) _finished = finished;
        else if (next is ChatCompleted completed) _completed = completed;
        return ValueTask.CompletedTask;
    }

    /// <summary>Writes the message.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, ApiJson.WriterOptions);
        json.WriteStartObject();
        MessageParts.WriteHead(json, Started);
        json.WriteStartArray("content"u8);
        if (_text.Length > 0) WriteText(json, _text.ToString());
        foreach (var call in _calls) Write(json, call);
        json.WriteEndArray();
        MessageParts.WriteStop(json, _finished);
        MessageParts.WriteUsage(json, Completed.Usage);
        MessageParts.WriteReport(json, Completed, _finished?.Citations ?? []);
        json.WriteEndObject();
    }

    private Call CallOf(ChatToolCallDelta piece)
    {
        if (_calls.Find(call => call.Index == piece.Index) is { } known) return known;
        _calls.Add(new Call(piece.Index, piece.Id, piece.Name));
        return _calls[^1];
    }

    private static void WriteText(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, text);
        json.WriteNull("citations"u8);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Call call)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "tool_use"u8);
        json.WriteString("id"u8, call.Id);
        json.WriteString("name"u8, call.Name);
        WriteInput(json, call.Arguments.ToString());
        json.WriteEndObject();
    }

    // What a model writes is not always what it should be; Anthropic names such arguments so.
    private static void WriteInput(Utf8JsonWriter json, string arguments)
    {
        json.WritePropertyName("input"u8);
        if (IsObject(arguments))
        {
            json.WriteRawValue(arguments);
            return;
        }

        json.WriteStartObject();
        if (arguments.Length > 0) json.WriteString("INVALID_JSON"u8, arguments);
        json.WriteEndObject();
    }

    private static bool IsObject(string arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private sealed record Call(int Index, string? Id, string? Name)
    {
        public StringBuilder Arguments { get; } = new();
    }
}
