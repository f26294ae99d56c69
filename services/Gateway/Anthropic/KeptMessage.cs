using System.Text.Json;
using Millrace.Gateway.Api.Runs;
using Millrace.Gateway.Runs;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Anthropic;

/// <summary>Messages that may be asked for again: <c>POST /v1/messages</c> with an <c>Idempotency-Key</c>.</summary>
internal sealed class KeptMessage(ChatPipeline pipeline, TimeProvider time, ILogger<KeptMessage> logger) : KeptKind(logger)
{
    /// <summary>The name of the kind.</summary>
    public const string Kind = "message";

    public override string Name => Kind;

    public override string Route => MessagesEndpoint.Route;

    public override byte[] Ping { get; } = [.. MessagesEndpoint.Ping, .. "\n\n"u8];

    public override bool IsStream(JsonElement body) => MessagesRequestReader.Read(body).Stream;

    public override byte[] Failure(MillraceException error, string requestId) => FrameEvents.Lines(
        "error", json => WriteRefusal(json, error, requestId));

    protected override async Task AnswerAsync(RunTask task, JsonElement body, CancellationToken cancellationToken)
    {
        var arrivedAt = time.GetTimestamp();
        var read = MessagesRequestReader.Read(body);
        var chat = read.Chat with { ArrivedAt = arrivedAt, Journal = task.Journal };
        if (read.Stream) await StreamAsync(task, chat, cancellationToken);
        else await WholeAsync(task, chat, cancellationToken);
    }

    protected override void WriteRefusal(Utf8JsonWriter json, MillraceException error, string requestId) =>
        JsonSerializer.Serialize(json, error.ToAnthropic(requestId), AnthropicErrorJson.Default.AnthropicError);

    private async Task StreamAsync(RunTask task, ChatRequest chat, CancellationToken cancellationToken)
    {
        // The first event tells the tokens of the prompt as far as they are known then.
        var stream = new MessageStream(new FrameEvents(task.Output, varying: MessageStream.Start));
        await pipeline.RunAsync(chat, stream, cancellationToken);
        Took(task, stream.Usage);
    }

    private async Task WholeAsync(RunTask task, ChatRequest chat, CancellationToken cancellationToken)
    {
        var message = new CollectedMessage();
        await pipeline.RunAsync(chat, message, cancellationToken);
        Took(task, message.Completed.Usage);
        await FrameEvents.AnswerAsync(task.Output, message.Started, message.Write, cancellationToken);
    }
}
