using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
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
internal sealed class BodyLimit(RequestDelegate next, IOptions<EdgeOptions> options)
{
    private readonly long _bytesMax = options.Value.BodyBytesMax;

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server) server.MaxRequestBodySize = null;

        var length = context.Request.ContentLength;
        if (length > _bytesMax) return OpenAiErrors.WriteAsync(context, TooLarge(_bytesMax), context.RequestAborted);
        if (length is null && HasBody(context)) context.Request.Body = new LimitedBody(context.Request.Body, _bytesMax);
        return next(context);
    }

    /// <summary>The refusal of a body above a limit in bytes.</summary>
    public static MillraceException TooLarge(long bytesMax) =>
        new(Reason.PayloadTooLarge, $"The request's body is larger than {bytesMax} bytes. Send less in one request.");

    private static bool HasBody(HttpContext context) => context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody is true;
}
