namespace Millrace.Edge.Limits;

/// <summary>
/// The arithmetic of a limit (the generic cell rate algorithm). All that is kept of one is when it will be full again, in microseconds of
/// some clock; what has been taken is the way to there. It needs no timer, and a limit that is full need not be kept at all.
/// </summary>
internal static class FillTime
{
    /// <summary>Time in which an empty limit fills, in microseconds: a minute.</summary>
    public const long WindowMicros = 60_000_000;

    /// <summary>When a limit will be full after something was taken of it.</summary>
    public static long After(long full, long now, RateClaim claim) => Math.Max(full, now) + Cost(claim);

    /// <summary>When a limit will be full after a correction; what is given back never makes it fuller than full.</summary>
    public static long Settled(long full, long now, RateClaim claim) =>
        Math.Max(now, Math.Max(full, now) + (claim.Amount * WindowMicros / claim.Limit.PerMinute));

    /// <summary>How a limit stands.</summary>
    /// <param name="full">When it is full.</param>
    /// <param name="now">The time.</param>
    /// <param name="limit">The limit.</param>
    /// <param name="waitMicros">Time that a claim must wait.</param>
    public static RateState State(long full, long now, RateLimit limit, long waitMicros)
    {
        var missing = Math.Max(0, full - now);
        var remaining = Math.Max(0, WindowMicros - missing) * limit.PerMinute / WindowMicros;
        return new RateState(remaining, TimeSpan.FromMicroseconds(missing), TimeSpan.FromMicroseconds(waitMicros));
    }

    /// <summary>Time that a claim must wait, in microseconds. One that takes nothing never waits, whatever debt there is.</summary>
    public static long Wait(long full, long now, RateClaim claim) =>
        claim.Amount == 0 ? 0 : Math.Max(0, After(full, now, claim) - now - WindowMicros);

    /// <summary>Time in which what a claim takes grows again, in microseconds.</summary>
    public static long Cost(RateClaim claim) => Math.Min(claim.Amount, claim.Limit.PerMinute) * WindowMicros / claim.Limit.PerMinute;
}
