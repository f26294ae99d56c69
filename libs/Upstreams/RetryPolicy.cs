using System.Globalization;
using System.Net.Http.Headers;

namespace Millrace.Upstreams;

/// <summary>
/// How long to wait before a request is sent again: as long as the upstream asks, else a random part of a time that doubles (full jitter),
/// so that many callers who failed together do not come back together. Own and not Polly's, because a wait that is too long is not
/// shortened but told to the caller.
/// </summary>
internal sealed class RetryPolicy(UpstreamOptions options, Func<double> random)
{
    private static readonly TimeSpan HintMax = TimeSpan.FromHours(1);

    /// <summary>The wait before a retry.</summary>
    /// <param name="retry">Which retry it is, from 0.</param>
    /// <param name="hint">What the upstream asked for.</param>
    /// <returns>The wait; null when there is to be no further try.</returns>
    public TimeSpan? Delay(int retry, TimeSpan? hint)
    {
        if (retry >= options.RetriesMax) return null;
        if (hint is { } asked) return asked <= options.RetryDelayMax ? asked : null;
        var most = options.RetryDelay.TotalMilliseconds * Math.Pow(2, retry);
        return TimeSpan.FromMilliseconds(random() * Math.Min(most, options.RetryDelayMax.TotalMilliseconds));
    }

    /// <summary>The wait that an answer asks for: <c>retry-after-ms</c>, or <c>Retry-After</c> in seconds or as a date.</summary>
    public static TimeSpan? HintOf(HttpResponseHeaders headers, DateTimeOffset now)
    {
        if (headers.TryGetValues("retry-after-ms", out var values)
            && double.TryParse(values.First(), NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds >= 0)
            return TimeSpan.FromMilliseconds(Math.Min(milliseconds, HintMax.TotalMilliseconds));
        var hint = headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - now,
            _ => (TimeSpan?)null,
        };
        return hint is { } time ? TimeSpan.FromTicks(Math.Clamp(time.Ticks, 0, HintMax.Ticks)) : null;
    }
}
