using Microsoft.AspNetCore.Http.Features;
using Millrace.Edge.Configuration;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Edge.Requests;

/// <summary>
/// Refuses a body that says it is too large before a byte of it is read, and cuts off one that turns out to be, which
/// <see cref="Forwarding.ForwardingErrors"/> then answers in the same words.
/// </summary>
/// <remarks>
/// The server's own limit would close the connection, and a client that is still sending would see that and not the refusal.
/// Lifted, it lets the server read on and discard for its few seconds of grace.
/// </remarks>
internal sealed class BodyLimit(RequestDelegate next, LiveOptions<EdgeOptions> options)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server) server.MaxRequestBodySize = null;

        var bytesMax = options.Value.BodyBytesMax;
        var length = context.Request.ContentLength;
        if (length > bytesMax) return OpenAiErrors.WriteAsync(context, TooLarge(bytesMax), context.RequestAborted);
        if (length is null && HasBody(context)) context.Request.Body = new LimitedBody(context.Request.Body, bytesMax);
        return next(context);
    }

    /// <summary>The refusal of a body above a limit in bytes.</summary>
    public static MillraceException TooLarge(long bytesMax) =>
        new(Reason.PayloadTooLarge, $"The request's body is larger than {bytesMax} bytes. Send less in one request.");

    private static bool HasBody(HttpContext context) => context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody is true;
}
