using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Millrace.Edge.Limits;

/// <summary>
/// Counts in Redis while it answers, and alone while it does not: limits then hold for each edge by itself, which is better than to refuse
/// everybody or to limit nobody.
/// </summary>
internal sealed class FallbackRateLimiter(
    IRateLimiter shared, IRateLimiter alone, IOptions<LimitOptions> options, TimeProvider time, ILogger<FallbackRateLimiter> logger)
    : IRateLimiter
{
    private long _askAgainAt = long.MinValue;

    public ValueTask<IReadOnlyList<RateState>> TakeAsync(IReadOnlyList<RateClaim> claims, CancellationToken cancellationToken) =>
        RunAsync(limiter => limiter.TakeAsync(claims, cancellationToken));

    public async ValueTask SettleAsync(IReadOnlyList<RateClaim> claims, CancellationToken cancellationToken) => await RunAsync(
        async limiter =>
        {
            await limiter.SettleAsync(claims, cancellationToken);
            return true;
        });

    private async ValueTask<T> RunAsync<T>(Func<IRateLimiter, ValueTask<T>> step)
    {
        if (time.GetTimestamp() < Volatile.Read(ref _askAgainAt)) return await step(alone);
        try
        {
            var result = await step(shared).AsTask().WaitAsync(options.Value.RedisTimeout, time);
            if (Interlocked.Exchange(ref _askAgainAt, long.MinValue) != long.MinValue) EdgeLog.LimitsShared(logger);
            return result;
        }
        catch (Exception error) when (error is RedisException or TimeoutException)
        {
            var retry = options.Value.RedisRetry.TotalSeconds * time.TimestampFrequency;
            if (Interlocked.Exchange(ref _askAgainAt, time.GetTimestamp() + (long)retry) == long.MinValue)
                EdgeLog.LimitsAlone(logger, error.GetType().Name);
            return await step(alone);
        }
    }
}
