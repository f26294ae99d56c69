using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Millrace.ServiceDefaults.Calls;

namespace Millrace.Edge.Requests;

/// <summary>
/// What every answer carries, wherever it comes from: the request's id, no guessing of content types, no caching, and nothing about
/// the servers behind the door.
/// </summary>
internal static class AnswerHeaders
{
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues NoStore = "no-store";

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
        var headers = context.Response.Headers;
        headers[CallContext.RequestIdHeader] = context.Request.Headers[CallContext.RequestIdHeader];
        headers.XContentTypeOptions = NoSniff;
        headers.CacheControl = NoStore;
        headers.Remove(HeaderNames.Server);
    }
}
