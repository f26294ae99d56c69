using Microsoft.Extensions.Options;
using Millrace.Gateway.Api;
using Millrace.Gateway.Api.Runs;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Streaming;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Http;

namespace Millrace.Gateway.Anthropic;

/// <summary><c>POST /v1/messages</c>: chats in the words of Anthropic's API, through the same pipeline.</summary>
internal sealed class MessagesEndpoint(
    ChatPipeline pipeline,
    JsonBody json,
    KeptRequests kept,
    KeptMessage keptMessage,
    IOptions<GatewayOptions> options,
    TimeProvider time,
    ILogger<MessagesEndpoint> logger)
{
    /// <summary>Its path.</summary>
    public const string Route = "/v1/messages";

    /// <summary>What goes out after a while of silence, without its end.</summary>
    public static readonly byte[] Ping = [.. "event: ping\ndata: {\"type\":\"ping\"}"u8];

    public Task HandleAsync(HttpContext context) =>
        IdempotencyKey.IsIn(context.Request) ? kept.AnswerAsync(context, keptMessage) : HandleOnceAsync(context);

    private async Task HandleOnceAsync(HttpContext context)
    {
        var arrivedAt = time.GetTimestamp();
        var request = await ReadAsync(context);
        var chat = request.Chat with { ArrivedAt = arrivedAt };
        if (request.Stream) await StreamAsync(context, chat);
        else await AnswerAsync(context, chat);
    }

    private static int Total(ChatUsage usage) => usage.PromptTokens + usage.CompletionTokens;

    private async Task<MessagesRequest> ReadAsync(HttpContext context)
    {
        using var body = await json.ReadAsync(context.Request, context.RequestAborted);
        return MessagesRequestReader.Read(body.RootElement);
    }

    private async Task AnswerAsync(HttpContext context, ChatRequest request)
    {
        var message = new CollectedMessage();
        await pipeline.RunAsync(request, message, context.RequestAborted);
        context.ReportUsage(Total(message.Completed.Usage));
        context.Response.ContentType = ApiJson.ContentType;
        message.Write(context.Response.BodyWriter);
        AnswerHeaders.Set(context.Response.Headers, message.Started.ServedBy, message.Started.Timeline);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private async Task StreamAsync(HttpContext context, ChatRequest request)
    {
        await using var events = new SseWriter(context.Response, options.Value.PingInterval, time, Ping);
        var stream = new MessageStream(events);
        try
        {
            await pipeline.RunAsync(request, stream, context.RequestAborted);
            if (stream.Usage is { } usage) context.ReportUsage(Total(usage));
        }
        catch (Exception error) when (events.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            var refusal = ErrorMiddleware.Translate(error);
            ApiLog.Failed(logger, "POST", Route, refusal, error);
            await stream.FailAsync(refusal, AnthropicErrors.RequestIdOf(context.Request), context.RequestAborted);
        }
    }
}
