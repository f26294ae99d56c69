using System.Buffers;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Prompts;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Http;

namespace Millrace.Gateway.Telemetry;

/// <summary>What is told of requests beyond names and numbers; section <c>Telemetry</c>.</summary>
public sealed class TextOptions
{
    /// <summary>Whether prompts and answers go into spans and the log. Whoever reads those then reads what users wrote.</summary>
    /// <value>Default false.</value>
    public bool RecordText { get; set; }

    /// <summary>Most characters of one message that are recorded.</summary>
    /// <value>Default 16,384.</value>
    [Range(1, 1 << 24, ErrorMessage = "TextCharsMax must be at least 1.")]
    public int TextCharsMax { get; set; } = 16_384;
}

/// <summary>
/// Records what models were asked and what they said, by OpenTelemetry's GenAI conventions, where the operator turned that on. It is what
/// goes into the model and comes out of it: behind the input guard, and before the output guard.
/// </summary>
public sealed class TextRecorder(IOptions<TextOptions> options, ILogger<TextRecorder> logger)
{
    /// <summary>Begins the record of a generation.</summary>
    /// <param name="request">What is asked of which model.</param>
    /// <param name="span">The generation's span; null when nobody listens.</param>
    /// <returns>The record, which is written when it is disposed of; null where nothing is recorded.</returns>
    internal RecordedText? Begin(GenerateRequest request, Activity? span) =>
        options.Value.RecordText ? new RecordedText(request, span, options.Value.TextCharsMax, logger) : null;
}

/// <summary>The text of one generation.</summary>
internal sealed class RecordedText(GenerateRequest request, Activity? span, int charsMax, ILogger logger) : IDisposable
{
    private const string EventName = "gen_ai.client.inference.operation.details";

    private readonly SortedDictionary<int, StringBuilder> _answers = [];

    /// <summary>Adds a piece of the answer.</summary>
    public void Add(ChatEvent next)
    {
        if (next is not ChatDelta delta) return;
        if (!_answers.TryGetValue(delta.Choice, out var answer)) _answers[delta.Choice] = answer = new StringBuilder();
        if (answer.Length < charsMax) answer.Append(delta.Text);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var input = Messages(Asked());
        var output = Messages(_answers.Values.Select(answer => ("assistant", answer.ToString())));
        span?.AddEvent(new ActivityEvent(EventName, tags: new ActivityTagsCollection
        {
            ["gen_ai.input.messages"] = input, ["gen_ai.output.messages"] = output,
        }));
        TextLog.Recorded(logger, request.Model, input, output);
    }

    private IEnumerable<(string Role, string Content)> Asked() => request.PromptCase switch
    {
        GenerateRequest.PromptOneofCase.Chat =>
            request.Chat.Messages.Select(message => (message.Role.ToString().ToLowerInvariant(), message.Content)),
        GenerateRequest.PromptOneofCase.Text => [("user", request.Text)],
        _ => [("user", $"{request.Tokens?.Ids.Count ?? 0} tokens")],
    };

    private string Messages(IEnumerable<(string Role, string Content)> messages)
    {
        var output = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(output, ApiJson.WriterOptions);
        json.WriteStartArray();
        foreach (var (role, content) in messages)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, role);
            json.WriteStartArray("parts"u8);
            json.WriteStartObject();
            json.WriteString("type"u8, "text"u8);
            json.WriteString("content"u8, Texts.Shorten(content, charsMax));
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Flush();
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}

/// <summary>The one line of the log that has text. Event id 3070.</summary>
internal static partial class TextLog
{
    [LoggerMessage(3070, LogLevel.Information, "{Model} was asked {InputMessages} and said {OutputMessages}",
        EventName = "gen_ai.client.inference.operation.details")]
    public static partial void Recorded(ILogger logger, string model, string inputMessages, string outputMessages);
}
