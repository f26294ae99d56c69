using System.Text.Json;
using Millrace.Gateway.Completions;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Streaming;

/// <summary>Text completions as OpenAI's stream of chunks. Choices end when the whole answer is settled, as those of chats do.</summary>
internal sealed class TextSseSink(IEventStream events, bool includeUsage) : IChatSink
{
    private readonly List<ChatFinished> _finished = [];
    private readonly Dictionary<int, TextLogprobs> _logprobs = [];
    private ChatStarted? _started;

    /// <summary>What the answer took; null until it is whole.</summary>
    public ChatUsage? Usage { get; private set; }

    private ChatStarted Started => _started ?? throw new InvalidOperationException("An answer begins with 'started'.");

    public async ValueTask WriteAsync(ChatEvent next, CancellationToken cancellationToken)
    {
        switch (next)
        {
            case ChatStarted started:
                _started = started;
                await events.StartAsync(started, cancellationToken);
                break;
            case PromptEchoed echo:
                await PieceAsync(new ChatDelta(echo.Choice, echo.Text, echo.Logprobs), isEcho: true, cancellationToken);
                break;
            case ChatDelta delta:
                await PieceAsync(delta, isEcho: false, cancellationToken);
                break;
            case ChatFinished finished:
                _finished.Add(finished);
                break;
            case ChatCompleted completed:
                await CompleteAsync(completed, cancellationToken);
                break;
        }
    }

    /// <summary>Says that the answer broke off.</summary>
    public ValueTask FailAsync(MillraceException error, CancellationToken cancellationToken) => events.WriteAsync(
        error.ToOpenAi(),
        static (json, body) => JsonSerializer.Serialize(json, body, OpenAiErrorJson.Default.OpenAiError),
        cancellationToken);

    private ValueTask PieceAsync(ChatDelta delta, bool isEcho, CancellationToken cancellationToken)
    {
        if (delta is { Text: "", Logprobs.Count: 0 }) return ValueTask.CompletedTask;
        if (!_logprobs.TryGetValue(delta.Choice, out var logprobs)) _logprobs[delta.Choice] = logprobs = new TextLogprobs();
        return WriteAsync(
            json =>
            {
                TextCompletionWriter.BeginChoice(json, delta.Choice, delta.Text);
                logprobs.Write(json, delta.Logprobs, isEcho);
                TextCompletionWriter.EndChoice(json, null);
            },
            report: null,
            cancellationToken);
    }

    private async ValueTask CompleteAsync(ChatCompleted completed, CancellationToken cancellationToken)
    {
        Usage = completed.Usage;
        foreach (var finished in _finished)
            await WriteAsync(
                json =>
                {
                    TextCompletionWriter.BeginChoice(json, finished.Choice, string.Empty);
                    json.WriteNull("logprobs"u8);
                    TextCompletionWriter.EndChoice(json, finished.Reason);
                },
                finished == _finished[^1] ? completed.Report : null,
                cancellationToken);
        if (includeUsage) await UsageAsync(completed.Usage, cancellationToken);
        await events.WriteDoneAsync(cancellationToken);
    }

    private ValueTask WriteAsync(Action<Utf8JsonWriter> choice, ChatReport? report, CancellationToken cancellationToken) =>
        events.WriteAsync(
            (Sink: this, choice, report),
            static (json, item) =>
            {
                TextCompletionWriter.Begin(json, item.Sink.Started);
                item.choice(json);
                json.WriteEndArray();
                if (item.report is not null) AnswerParts.WriteReport(json, new AnswerReport(item.report, []));
                item.Sink.End(json);
            },
            cancellationToken);

    private ValueTask UsageAsync(ChatUsage usage, CancellationToken cancellationToken) => events.WriteAsync(
        (Started, usage),
        static (json, item) =>
        {
            TextCompletionWriter.Begin(json, item.Started);
            json.WriteEndArray();
            AnswerParts.WriteUsage(json, item.usage);
            json.WriteEndObject();
        },
        cancellationToken);

    private void End(Utf8JsonWriter json)
    {
        if (includeUsage) json.WriteNull("usage"u8);
        json.WriteEndObject();
    }
}
