using System.Buffers;
using System.Text;
using System.Text.Json;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Http;

namespace Millrace.Gateway.Anthropic;

/// <summary>Collects an answer that is not streamed, and writes it as Anthropic's message.</summary>
internal sealed class CollectedMessage : IChatSink
{
    private readonly List<Block> _blocks = [];
    private ChatStarted? _started;
    private ChatFinished? _finished;
    private ChatCompleted? _completed;

    /// <summary>What is known of the answer.</summary>
    /// <exception cref="InvalidOperationException">It has not begun.</exception>
    public ChatStarted Started => _started ?? throw new InvalidOperationException("The answer has not begun.");

    /// <summary>Its end.</summary>
    /// <exception cref="InvalidOperationException">It is not whole yet.</exception>
    public ChatCompleted Completed => _completed ?? throw new InvalidOperationException("The answer is not complete.");

    public ValueTask WriteAsync(ChatEvent next, CancellationToken cancellationToken)
    {
        if (next is ChatStarted started) _started = started;
        else if (next is ChatDelta delta) Last(block => block.Call is null, null).Text.Append(delta.Text);
        else if (next is ChatToolCallDelta call) Last(block => block.Call?.Index == call.Index, call).Text.Append(call.Arguments);
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
        foreach (var block in _blocks) Write(json, block);
        json.WriteEndArray();
        MessageParts.WriteStop(json, _finished);
        MessageParts.WriteUsage(json, Completed.Usage);
        MessageParts.WriteReport(json, Completed, _finished?.Citations ?? []);
        json.WriteEndObject();
    }

    private Block Last(Func<Block, bool> isIt, ChatToolCallDelta? call)
    {
        if (_blocks.Count == 0 || !isIt(_blocks[^1])) _blocks.Add(new Block(call));
        return _blocks[^1];
    }

    private static void Write(Utf8JsonWriter json, Block block)
    {
        json.WriteStartObject();
        if (block.Call is { } call)
        {
            json.WriteString("type"u8, "tool_use"u8);
            json.WriteString("id"u8, call.Id);
            json.WriteString("name"u8, call.Name);
            WriteInput(json, block.Text.ToString());
        }
        else
        {
            json.WriteString("type"u8, "text"u8);
            json.WriteString("text"u8, block.Text.ToString());
            json.WriteNull("citations"u8);
        }

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

    private sealed class Block(ChatToolCallDelta? call)
    {
        public ChatToolCallDelta? Call => call;

        public StringBuilder Text { get; } = new();
    }
}
