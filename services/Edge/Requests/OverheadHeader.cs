using System.Globalization;
using System.Runtime.CompilerServices;

namespace Millrace.Edge.Requests;

/// <summary>
/// Makes the overhead that an answer tells of the whole platform's. The gateway counts from where the request reached it; here the edge's
/// own work and the way to the gateway and back are counted too. Of both the wait for models is no part.
/// </summary>
internal sealed class OverheadHeader(RequestDelegate next, TimeProvider time)
{
    /// <summary>Milliseconds that were the platform's own.</summary>
    public const string Overhead = "x-millrace-overhead-ms";

    /// <summary>Milliseconds in which a model was awaited, as the gateway tells.</summary>
    public const string ModelTime = "x-millrace-model-ms";

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(Tell, new StrongBox<(HttpContext, TimeProvider, long)>((context, time, time.GetTimestamp())));
        return next(context);
    }

    private static Task Tell(object state)
    {
        var (context, time, arrivedAt) = ((StrongBox<(HttpContext, TimeProvider, long)>)state).Value;
        var headers = context.Response.Headers;
        if (double.TryParse(headers[ModelTime].ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var model))
        {
            var own = Math.Max(0, time.GetElapsedTime(arrivedAt).TotalMilliseconds - model);
            headers[Overhead] = own.ToString("0.###", CultureInfo.InvariantCulture);
        }

        return Task.CompletedTask;
    }
}
