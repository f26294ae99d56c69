using Microsoft.Extensions.Options;
using Millrace.Gateway.Api.Runs;
using Millrace.Gateway.Batches;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Streaming;
using Millrace.ServiceDefaults.Http;

namespace Millrace.Gateway.Api;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
internal sealed class ChatEndpoint(
    ChatPipeline pipeline,
    JsonBody json,
    KeptRequests kept,
    KeptChat keptChat,
    IOptions<GatewayOptions> options,
    TimeProvider time,
    ILogger<ChatEndpoint> logger)
{
    public Task HandleAsync(HttpContext context) =>
        IdempotencyKey.IsIn(context.Request) ? kept.AnswerAsync(context, keptChat) : HandleOnceAsync(context);

    private async Task HandleOnceAsync(HttpContext context)
    {
        var arrivedAt = time.GetTimestamp();
        var read = await ReadAsync(context);
        var request = read with { Chat = read.Chat with { ArrivedAt = arrivedAt, IsBatch = BatchLine.IsOf(context) } };
        if (request.Stream) await StreamAsync(context, request);
        else await AnswerAsync(context, request.Chat);
    }

    private static int Total(ChatUsage usage) => usage.PromptTokens + usage.CompletionTokens;

    private async Task<ChatHttpRequest> ReadAsync(HttpContext context)
    {
        using var body = await json.ReadAsync(context.Request, context.RequestAborted);
        return ChatRequestReader.Read(body.RootElement);
    }

    private async Task AnswerAsync(HttpContext context, ChatRequest request)
    {
        var sink = new CollectingSink();
        await pipeline.RunAsync(request, sink, context.RequestAborted);
        context.ReportUsage(Total(sink.Answer.Completed.Usage));
        context.Response.ContentType = ApiJson.ContentType;
        CompletionWriter.Write(context.Response.BodyWriter, sink.Answer);
        AnswerHeaders.Set(context.Response.Headers, sink.Answer.ServedBy, sink.Answer.Started.Timeline);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private async Task StreamAsync(HttpContext context, ChatHttpRequest request)
    {
        await using var events = new SseWriter(context.Response, options.Value.PingInterval, time);
        var sink = new SseSink(events, request.IncludeUsage);
        try
        {
            await pipeline.RunAsync(request.Chat, sink, context.RequestAborted);
            if (sink.Usage is { } usage) context.ReportUsage(Total(usage));
        }
        catch (Exception error) when (events.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            var refusal = ErrorMiddleware.Translate(error);
            ApiLog.Failed(logger, "POST", "/v1/chat/completions", refusal, error);
            await sink.FailAsync(refusal, context.RequestAborted);
        }
    }
}
