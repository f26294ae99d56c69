using System.Text.Json;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Streaming;

/// <summary>
/// An answer as OpenAI's stream of chunks. How choices ended is told when the whole answer is settled, so that the last choice's chunk
/// can carry the sources and what was missing.
/// </summary>
internal sealed class SseSink(IEventStream events, bool includeUsage) : IChatSink
{
    private readonly List<ChatFinished> _finished = [];
    private ChunkWriter? _chunks;

    /// <summary>What the answer took; null until it is whole.</summary>
    public ChatUsage? Usage { get; private set; }

    private ChunkWriter Chunks => _chunks ?? throw new InvalidOperationException("An answer begins with 'started'.");

    public async ValueTask WriteAsync(ChatEvent next, CancellationToken cancellationToken)
    {
        switch (next)
        {
            case ChatStarted started:
                await StartAsync(started, cancellationToken);
                break;
            case ChatDelta delta:
                await events.WriteAsync(
                    (Chunks, delta), static (json, item) => item.Chunks.WriteDelta(json, item.delta), cancellationToken);
                break;
            case ChatToolCallDelta call:
                await events.WriteAsync(
                    (Chunks, call), static (json, item) => item.Chunks.WriteToolCall(json, item.call), cancellationToken);
                break;
            case ChatFinished finished:
                _finished.Add(finished);
                break;
            case ChatCompleted completed:
                await CompleteAsync(completed, cancellationToken);
                break;
        }
    }

    /// <summary>
    /// Says that the answer broke off. A stream without this and without <c>[DONE]</c> would look complete to some clients.
    /// </summary>
    public ValueTask FailAsync(MillraceException error, CancellationToken cancellationToken) => events.WriteAsync(
        error.ToOpenAi(),
        static (json, body) => JsonSerializer.Serialize(json, body, OpenAiErrorJson.Default.OpenAiError),
        cancellationToken);

    private async ValueTask StartAsync(ChatStarted started, CancellationToken cancellationToken)
    {
        _chunks = new ChunkWriter(started, includeUsage);
        await events.StartAsync(started, cancellationToken);
        for (var choice = 0; choice < started.ChoiceCount; choice++)
            await events.WriteAsync((Chunks, choice), static (json, item) => item.Chunks.WriteRole(json, item.choice), cancellationToken);
    }

    private async ValueTask CompleteAsync(ChatCompleted completed, CancellationToken cancellationToken)
    {
        Usage = completed.Usage;
        foreach (var finished in _finished)
        {
            var report = finished == _finished[^1]
                ? new AnswerReport(completed.Report, [.. _finished.SelectMany(choice => choice.Citations)])
                : null;
            await events.WriteAsync(
                (Chunks, finished, report),
                static (json, item) => item.Chunks.WriteFinish(json, item.finished, item.report),
                cancellationToken);
        }

        if (includeUsage)
            await events.WriteAsync(
                (Chunks, completed.Usage), static (json, item) => item.Chunks.WriteUsage(json, item.Usage), cancellationToken);
        await events.WriteDoneAsync(cancellationToken);
    }
}
