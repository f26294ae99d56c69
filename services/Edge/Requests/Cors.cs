using System.Globalization;
using Millrace.Edge.Configuration;
using Millrace.Edge.Limits;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Edge.Requests;

/// <summary>
/// Lets pages of the origins that are configured call the API. A browser asks first, without a key, and is answered here. Cookies play no
/// part: who may do what is decided by the key alone.
/// </summary>
internal sealed class Cors(RequestDelegate next, LiveOptions<CorsOptions> options)
{
    private const string Methods = "GET, POST, PUT, PATCH, DELETE";
    private const string RequestHeaders =
        "authorization, x-api-key, api-key, content-type, x-request-id, document-metadata, access-labels, idempotency-key, last-event-id";

    private static readonly string Exposed = string.Join(
        ", ",
        [
            CallContext.RequestIdHeader, AnthropicErrors.RequestIdHeader, "retry-after", "retry-after-ms", "x-should-retry",
            "idempotent-replayed", "x-millrace-model", OverheadHeader.Overhead, OverheadHeader.ModelTime, "x-millrace-trace-id",
            .. RateHeaders.Names,
        ]);

    public Task InvokeAsync(HttpContext context)
    {
        var settings = options.Value;
        var origin = context.Request.Headers.Origin;
        if (settings.Origins.Count == 0 || origin.Count != 1 || !IsAnswerable(origin[0])) return next(context);

        context.Response.OnStarting(Allow, (context, settings));
        if (!HttpMethods.IsOptions(context.Request.Method) || context.Request.Headers.AccessControlRequestMethod.Count == 0)
            return next(context);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static Task Allow(object state)
    {
        var (context, settings) = ((HttpContext, CorsOptions))state;
        var headers = context.Response.Headers;
        headers.Append("Vary", "Origin");
        var origin = context.Request.Headers.Origin.ToString();
        if (!settings.Origins.Contains("*") && !settings.Origins.Contains(origin)) return Task.CompletedTask;

        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlExposeHeaders = Exposed;
        if (!HttpMethods.IsOptions(context.Request.Method)) return Task.CompletedTask;
        headers.AccessControlAllowMethods = Methods;
        headers.AccessControlAllowHeaders = Allowed(context.Request);
        headers.AccessControlMaxAge = ((long)settings.MaxAge.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Task.CompletedTask;
    }

    // SDKs for browsers send headers about themselves, such as x-stainless-os: none of them means anything here, so none does harm.
    private static string Allowed(HttpRequest request) =>
        request.Headers.AccessControlRequestHeaders is { Count: 1 } asked && asked[0] is { Length: > 0 and <= 2048 } names
            && IsAnswerable(names)
            ? names
            : RequestHeaders;

    // A header of an answer takes visible ASCII only, and no browser sends anything else here.
    private static bool IsAnswerable(string? text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
