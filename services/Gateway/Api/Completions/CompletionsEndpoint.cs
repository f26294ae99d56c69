using Microsoft.Extensions.Options;
using Millrace.Gateway.Api.Runs;
using Millrace.Gateway.Batches;
using Millrace.Gateway.Completions;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Streaming;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Http;

namespace Millrace.Gateway.Api.Completions;

/// <summary><c>POST /v1/completions</c>.</summary>
internal sealed class CompletionsEndpoint(
    CompletionPipeline pipeline,
    JsonBody json,
    KeptRequests kept,
    KeptCompletion keptCompletion,
    IOptions<GatewayOptions> options,
    TimeProvider time,
    ILogger<CompletionsEndpoint> logger)
{
    public Task HandleAsync(HttpContext context) =>
        IdempotencyKey.IsIn(context.Request) ? kept.AnswerAsync(context, keptCompletion) : HandleOnceAsync(context);

    private async Task HandleOnceAsync(HttpContext context)
    {
        var arrivedAt = time.GetTimestamp();
        var request = await ReadAsync(context);
        var completion = request.Completion with
        {
            Chat = request.Completion.Chat with { ArrivedAt = arrivedAt, IsBatch = BatchLine.IsOf(context) },
        };
        try
        {
            if (request.Stream) await StreamAsync(context, request with { Completion = completion });
            else await AnswerAsync(context, completion);
        }
        catch (MillraceException refusal) when (refusal.Param is not null)
        {
            throw refusal.InWordsOfCompletions();
        }
    }

    private static int Total(ChatUsage usage) => usage.PromptTokens + usage.CompletionTokens;

    private async Task<CompletionHttpRequest> ReadAsync(HttpContext context)
    {
        using var body = await json.ReadAsync(context.Request, context.RequestAborted);
        return CompletionRequestReader.Read(body.RootElement);
    }

    private async Task AnswerAsync(HttpContext context, CompletionRequest request)
    {
        var sink = new CollectingTextSink();
        await pipeline.RunAsync(request, sink, context.RequestAborted);
        var answer = sink.Answer;
        context.ReportUsage(Total(answer.Completed.Usage));
        context.Response.ContentType = ApiJson.ContentType;
        TextCompletionWriter.Write(context.Response.BodyWriter, answer);
        AnswerHeaders.Set(context.Response.Headers, answer.Started.ServedBy, answer.Started.Timeline);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private async Task StreamAsync(HttpContext context, CompletionHttpRequest request)
    {
        await using var events = new SseWriter(context.Response, options.Value.PingInterval, time);
        var sink = new TextSseSink(events, request.IncludeUsage);
        try
        {
            await pipeline.RunAsync(request.Completion, sink, context.RequestAborted);
            if (sink.Usage is { } usage) context.ReportUsage(Total(usage));
        }
        catch (Exception error) when (events.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            var refusal = ErrorMiddleware.Translate(error);
            ApiLog.Failed(logger, "POST", "/v1/completions", refusal, error);
            await sink.FailAsync(refusal, context.RequestAborted);
        }
    }
}
