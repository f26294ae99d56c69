using System.Globalization;
using System.Net.Sockets;
using Grpc.Core;

namespace Millrace.ServiceDefaults.Errors;

/// <summary>Both directions between <see cref="MillraceException"/> and gRPC: a status, and trailers for what a
/// status cannot say.</summary>
public static class RpcErrors
{
    /// <summary>Trailer with the reason's code.</summary>
    public const string ReasonTrailer = "x-millrace-reason";

    /// <summary>Trailer with the field at fault.</summary>
    public const string ParamTrailer = "x-millrace-param";

    /// <summary>Trailer with the milliseconds after which it is worth to try again.</summary>
    public const string RetryAfterTrailer = "x-millrace-retry-after-ms";

    /// <summary>The gRPC form of a refusal.</summary>
    public static RpcException ToRpcException(this MillraceException error)
    {
        var info = error.Reason.Info();
        var trailers = new Metadata { { ReasonTrailer, info.Code } };
        if (error.Param is { } param) trailers.Add(ParamTrailer, ToAscii(param));
        if (error.RetryAfter is { } after)
            trailers.Add(RetryAfterTrailer, ((long)Math.Ceiling(after.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture));
        return new RpcException(new Status(info.Grpc, error.Message), trailers);
    }

    /// <summary>The refusal behind a gRPC failure. A failure that names no reason is described by its status.</summary>
    /// <param name="error">The failure.</param>
    /// <param name="service">The service that was called, for the message.</param>
    public static MillraceException ToMillraceException(this RpcException error, string service)
    {
        var reason = error.Trailers.GetValue(ReasonTrailer) is { } code ? ReasonCatalog.FromCode(code) : null;
        if (reason is null) return Unnamed(error, service);

        return new MillraceException(reason.Value, error.Status.Detail, error)
        {
            Param = error.Trailers.GetValue(ParamTrailer),
            RetryAfter = long.TryParse(error.Trailers.GetValue(RetryAfterTrailer), CultureInfo.InvariantCulture, out var ms)
                ? TimeSpan.FromMilliseconds(ms)
                : null,
        };
    }

    private static MillraceException Unnamed(RpcException error, string service)
    {
        var reason = IsBrokenConnection(error) ? Reason.UpstreamUnavailable : ReasonCatalog.FromStatus(error.StatusCode);
        var message = reason switch
        {
            Reason.UpstreamUnavailable => $"The {service} service cannot be reached. Try again in a moment.",
            Reason.DeadlineExceeded => $"The {service} service did not answer in time. Try again, or ask for less.",
            Reason.Cancelled => "The request was cancelled.",
            _ => $"The {service} service failed ({error.StatusCode}). The log of {service} has the details under this request's id.",
        };
        return new MillraceException(reason, message, error);
    }

    // The transport says INTERNAL when a connection ends within an answer, as it does when the process behind it is killed. Only a status
    // that was made on this side has an exception.
    private static bool IsBrokenConnection(RpcException error)
    {
        if (error.StatusCode != StatusCode.Internal) return false;
        for (var cause = error.Status.DebugException; cause is not null; cause = cause.InnerException)
            if (cause is IOException or HttpRequestException or SocketException) return true;
        return false;
    }

    /// <summary>Trailers carry ASCII only; a field's name that is not is still better than none.</summary>
    private static string ToAscii(string value) =>
        string.Create(value.Length, value, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = char.IsAscii(source[i]) && !char.IsControl(source[i]) ? source[i] : '?';
        });
}
