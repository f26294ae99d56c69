using Millrace.Gateway.Retrieval;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api;

/// <summary>Turns every failure of the HTTP door into an OpenAI error object, those of routing included.</summary>
internal sealed class ErrorMiddleware(RequestDelegate next, ILogger<ErrorMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (NoRoute(context) is { } refusal) await WriteAsync(context, refusal);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; nobody is there to be told.
            ApiLog.ClientGone(logger, context.Request.Method, RoutePattern(context));
        }
        catch (Exception error)
        {
            var refusal = Translate(error);
            ApiLog.Failed(logger, context.Request.Method, RoutePattern(context), refusal, error);
            if (context.Response.HasStarted) context.Abort();
            else await WriteAsync(context, refusal);
        }
    }

    /// <summary>The refusal behind any failure.</summary>
    public static MillraceException Translate(Exception error) => error switch
    {
        MillraceException refusal => refusal.InWordsOfTheApi(),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => new MillraceException(
            Reason.PayloadTooLarge, "The body is larger than this endpoint accepts. Send less.", error),
        BadHttpRequestException => new MillraceException(
            Reason.InvalidArgument, "The request is not valid HTTP. Check its headers and body.", error),
        _ => new MillraceException(
            Reason.Internal, "The request failed because of a defect. The log has the details under this request's id.", error),
    };

    private static Task WriteAsync(HttpContext context, MillraceException error) =>
        OpenAiErrors.WriteAsync(context, error, context.RequestAborted);

    private static MillraceException? NoRoute(HttpContext context)
    {
        if (context.Response.HasStarted || context.Request.Protocol == HttpProtocol.Http2) return null;
        return context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => new MillraceException(
                Reason.RouteNotFound, $"There is no {context.Request.Method} on this path. docs/api.md lists what there is."),
            StatusCodes.Status405MethodNotAllowed => new MillraceException(
                Reason.MethodNotAllowed, $"This path does not take {context.Request.Method}. docs/api.md lists what it takes."),
            StatusCodes.Status415UnsupportedMediaType => new MillraceException(
                Reason.UnsupportedMediaType, "This path does not take that Content-Type. docs/api.md lists what it takes."),
            _ => null,
        };
    }

    private static string RoutePattern(HttpContext context) =>
        (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "an unknown path";
}
