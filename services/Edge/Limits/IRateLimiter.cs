namespace Millrace.Edge.Limits;

/// <summary>A limit that fills again evenly: what was taken is back after a minute at the latest.</summary>
/// <param name="Name">Who is limited and in what, such as <c>{acme}:key:abc:tokens</c>; its counts are found by it.</param>
/// <param name="PerMinute">How much there is in a minute, and at once after a quiet one; at least 1.</param>
internal readonly record struct RateLimit(string Name, int PerMinute);

/// <summary>How much a request takes of a limit.</summary>
/// <param name="Limit">The limit.</param>
/// <param name="Amount">How much; more than the whole limit counts as the whole.</param>
internal readonly record struct RateClaim(RateLimit Limit, int Amount);

/// <summary>How a limit stands after it was asked for something.</summary>
/// <param name="Remaining">How much could be taken now.</param>
/// <param name="Reset">Time until all of it is there again.</param>
/// <param name="Wait">Time until what was asked for is there; zero when it was.</param>
internal readonly record struct RateState(long Remaining, TimeSpan Reset, TimeSpan Wait);

/// <summary>Counts what limits are taken of. Any number of callers at a time.</summary>
internal interface IRateLimiter
{
    /// <summary>Takes of several limits as one step: of all of them, or of none when one has not enough.</summary>
    /// <returns>How each stands, in the order of the claims; those with a wait are the ones that had not enough.</returns>
    ValueTask<IReadOnlyList<RateState>> TakeAsync(IReadOnlyList<RateClaim> claims, CancellationToken cancellationToken);

    /// <summary>
    /// Takes more, or gives back what was taken too much (a negative amount), whatever there is: a limit can go into debt, and the next
    /// request waits until it is paid.
    /// </summary>
    ValueTask SettleAsync(IReadOnlyList<RateClaim> claims, CancellationToken cancellationToken);
}
