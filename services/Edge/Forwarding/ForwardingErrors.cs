using Millrace.Edge.Configuration;
using Millrace.Edge.Requests;
using Millrace.ServiceDefaults.Errors;
using Yarp.ReverseProxy.Forwarder;

namespace Millrace.Edge.Forwarding;

/// <summary>
/// Says in the API's own words why a request did not reach the gateway or came back without an answer. An answer that has begun can only be
/// cut off, which the proxy does.
/// </summary>
internal sealed class ForwardingErrors(RequestDelegate next, LiveOptions<EdgeOptions> options, ILogger<ForwardingErrors> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);

        if (context.GetForwarderErrorFeature() is not { } failure || IsClientGone(failure.Error)) return;
        EdgeLog.ForwardingFailed(logger, failure.Error, CauseOf(failure.Exception), context.Response.HasStarted);
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested) return;
        await OpenAiErrors.WriteAsync(context, Describe(failure), context.RequestAborted);
    }

    // A client that leaves is no failure of ours.
    private static bool IsClientGone(ForwarderError error) => error is ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled
        or ForwarderError.ResponseBodyCanceled or ForwarderError.ResponseBodyClient;

    private static string CauseOf(Exception? error) => error is AggregateException several
        ? several.InnerExceptions[0].GetBaseException().GetType().Name
        : error?.GetBaseException().GetType().Name ?? "none";

    private MillraceException Describe(IForwarderErrorFeature failure)
    {
        if (BadRequest(failure.Exception) is { } bad) return Describe(bad);
        return failure.Error switch
        {
            ForwarderError.RequestTimedOut => new MillraceException(
                Reason.DeadlineExceeded, $"The gateway sent nothing for {options.Value.GatewayIdleTimeout}. Try again, or ask for less."),
            ForwarderError.RequestBodyClient => MillraceException.InvalidArgument("body", "The request's body ended early. Send it whole."),
            _ => new MillraceException(Reason.UpstreamUnavailable, "The gateway cannot be reached. Try again in a moment.")
            {
                RetryAfter = options.Value.RetryAfter,
            },
        };
    }

    private MillraceException Describe(BadHttpRequestException bad) => bad.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => BodyLimit.TooLarge(options.Value.BodyBytesMax),
        StatusCodes.Status408RequestTimeout => new MillraceException(
            Reason.RequestTimeout,
            $"The request's body came slower than {options.Value.BodyBytesPerSecondMin} bytes per second. Send it again."),
        _ => MillraceException.InvalidArgument("body", "The request's body is not valid HTTP. Send its length, or well-formed chunks."),
    };

    // The server's own refusal of a body travels inside what the proxy's client made of it.
    private static BadHttpRequestException? BadRequest(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is BadHttpRequestException bad) return bad;
            if (error is AggregateException several)
                return several.InnerExceptions.Select(BadRequest).FirstOrDefault(found => found is not null);
        }

        return null;
    }
}
