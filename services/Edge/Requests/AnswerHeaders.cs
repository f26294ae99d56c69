using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Millrace.Edge.Limits;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Edge.Requests;

/// <summary>
/// What every answer carries, wherever it comes from: the request's id, no guessing of content types, nothing that a browser would run,
/// frame or send on, no caching, and nothing about the servers behind the door.
/// </summary>
internal static class AnswerHeaders
{
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues NoStore = "no-store";
    private static readonly StringValues NoReferrer = "no-referrer";
    private static readonly StringValues NoFrames = "DENY";
    private static readonly StringValues NoContent = "default-src 'none'; frame-ancestors 'none'";
    private static readonly StringValues HttpsOnly = "max-age=31536000";

    private static readonly Func<object, Task> Apply = static state =>
    {
        Set((HttpContext)state);
        return Task.CompletedTask;
    };

    public static Task SetAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(Apply, context);
        return next(context);
    }

    private static void Set(HttpContext context)
    {
        TokenUsage.TakeReport(context);
        var headers = context.Response.Headers;
        headers[CallContext.RequestIdHeader] = context.Request.Headers[CallContext.RequestIdHeader];
        if (AnthropicErrors.IsSpoken(context.Request.Path))
            headers[AnthropicErrors.RequestIdHeader] = context.Request.Headers[CallContext.RequestIdHeader];
        headers.XContentTypeOptions = NoSniff;
        headers.CacheControl = NoStore;
        headers["Referrer-Policy"] = NoReferrer;
        headers.XFrameOptions = NoFrames;
        headers.ContentSecurityPolicy = NoContent;
        if (context.Request.IsHttps) headers.StrictTransportSecurity = HttpsOnly;
        headers.Remove(HeaderNames.Server);
    }
}
