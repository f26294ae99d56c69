using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Edge.Requests;

/// <summary>
/// Refuses a body that says it is too large before a byte of it is read. One that does not say its length is cut off by the server at the
/// same limit, which <see cref="Forwarding.ForwardingErrors"/> answers in the same words.
/// </summary>
internal sealed class BodyLimit(RequestDelegate next, IOptions<EdgeOptions> options)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.ContentLength is not { } length || length <= options.Value.BodyBytesMax) return next(context);
        return OpenAiErrors.WriteAsync(context, TooLarge(options.Value.BodyBytesMax), context.RequestAborted);
    }

    /// <summary>The refusal of a body above a limit in bytes.</summary>
    public static MillraceException TooLarge(long bytesMax) =>
        new(Reason.PayloadTooLarge, $"The request's body is larger than {bytesMax} bytes. Send less in one request.");
}
