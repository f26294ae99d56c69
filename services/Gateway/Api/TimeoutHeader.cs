using System.Globalization;
using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api;

/// <summary>
/// Makes the time that a caller allows its request the deadline of everything that is done for it. The SDKs' own
/// <c>x-stainless-timeout</c> is no such limit: it ends with the first byte of a stream, and who gives up closes the connection.
/// </summary>
internal static class TimeoutHeader
{
    /// <summary>Milliseconds that the request may take, answer included.</summary>
    public const string Name = "x-millrace-timeout-ms";

    public static Task ApplyAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers[Name] is not [{ } value]) return next(context);
        var limit = context.RequestServices.GetRequiredService<IOptions<GatewayOptions>>().Value.RequestTimeout;
        var time = context.RequestServices.GetRequiredService<TimeProvider>();
        var isNumber = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds);
        if (!isNumber || milliseconds < 1 || milliseconds > limit.TotalMilliseconds)
            throw MillraceException.InvalidArgument(
                Name, $"The header '{Name}' must be a whole number from 1 to {(long)limit.TotalMilliseconds}.");
        CallContext.Current = CallContext.Current with
        {
            Deadline = time.GetUtcNow().UtcDateTime + TimeSpan.FromMilliseconds(milliseconds),
        };
        return next(context);
    }
}
