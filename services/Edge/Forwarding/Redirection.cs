using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Millrace.Edge.Forwarding;

/// <summary>
/// Sends a request that never reached its gateway to another one, once. Only when no connection came about: then nothing of it was sent and
/// nobody has begun to work on it, so that nothing is done twice.
/// </summary>
internal static class Redirection
{
    public static async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);

        var failure = context.GetForwarderErrorFeature();
        if (failure?.Error != ForwarderError.Request || !NeverConnected(failure.Exception)) return;
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested) return;
        var proxy = context.GetReverseProxyFeature();
        var others = proxy.AllDestinations.Where(destination => destination != proxy.ProxiedDestination).ToList();
        if (others.Count == 0) return;

        var well = others.Where(destination => destination.Health.Passive != DestinationHealth.Unhealthy
            && destination.Health.Active != DestinationHealth.Unhealthy).ToList();
        EdgeLog.Redirected(context.RequestServices.GetRequiredService<ILogger<ForwardingErrors>>());
        context.Features.Set<IForwarderErrorFeature>(null);
        proxy.AvailableDestinations = well.Count > 0 ? well : others;
        context.Response.StatusCode = StatusCodes.Status200OK;
        await next(context);
    }

    private static bool NeverConnected(Exception? error) =>
        error is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError }
        || (error is AggregateException several && several.InnerExceptions.Any(NeverConnected));
}
