using StackExchange.Redis;

namespace Millrace.Edge.Limits;

/// <summary>
/// Counts in Redis, so that several edges share their limits. Each step is one script, which Redis runs as a whole, by Redis' own clock:
/// the clocks of the edges need not agree. A limit is one key, gone when it is full.
/// </summary>
/// <param name="connection">The connection.</param>
/// <param name="clock">A clock in the place of Redis'; null for Redis'.</param>
internal sealed class RedisRateLimiter(IConnectionMultiplexer connection, TimeProvider? clock = null) : IRateLimiter
{
    private const string KeyPrefix = "millrace:limit:";

    // ARGV: microseconds now, or empty; then for each key its cost. The answer: now, then for each key when it is full and how long
    // to wait.
    private const string TakeScript = Clock + """
        local fits = true
        local full, wait = {}, {}
        for i, key in ipairs(KEYS) do
          full[i] = math.max(tonumber(redis.call('GET', key) or '0'), now)
          local cost = tonumber(ARGV[i + 1])
          wait[i] = cost > 0 and math.max(0, full[i] + cost - now - 60000000) or 0
          fits = fits and wait[i] == 0
        end
        local answer = {string.format('%.0f', now)}
        for i, key in ipairs(KEYS) do
          if fits then
            full[i] = full[i] + tonumber(ARGV[i + 1])
            keep(key, full[i])
          end
          answer[2 * i] = string.format('%.0f', full[i])
          answer[2 * i + 1] = string.format('%.0f', wait[i])
        end
        return answer
        """;

    private const string SettleScript = Clock + """
        for i, key in ipairs(KEYS) do
          keep(key, math.max(tonumber(redis.call('GET', key) or '0'), now) + tonumber(ARGV[i + 1]))
        end
        return 0
        """;

    // What the time decides is written as its effects, which older servers do only when they are told to.
    private const string Clock = """
        if redis.replicate_commands then redis.replicate_commands() end
        local now = tonumber(ARGV[1])
        if not now then
          local time = redis.call('TIME')
          now = time[1] * 1000000 + time[2]
        end
        local function keep(key, full)
          local left = math.ceil((full - now) / 1000)
          if left > 0 then redis.call('SET', key, string.format('%.0f', full), 'PX', left) else redis.call('DEL', key) end
        end

        """;

    public async ValueTask<IReadOnlyList<RateState>> TakeAsync(IReadOnlyList<RateClaim> claims, CancellationToken cancellationToken)
    {
        var answer = (RedisResult[]?)await RunAsync(TakeScript, claims, FillTime.Cost, cancellationToken)
            ?? throw new InvalidOperationException("Redis answered a script with nothing.");
        var now = (long)answer[0];
        return
        [
            .. claims.Select((claim, i) => FillTime.State((long)answer[(2 * i) + 1], now, claim.Limit, (long)answer[(2 * i) + 2])),
        ];
    }

    public async ValueTask SettleAsync(IReadOnlyList<RateClaim> claims, CancellationToken cancellationToken) => await RunAsync(
        SettleScript, claims, static claim => claim.Amount * FillTime.WindowMicros / claim.Limit.PerMinute, cancellationToken);

    private Task<RedisResult> RunAsync(
        string script, IReadOnlyList<RateClaim> claims, Func<RateClaim, long> cost, CancellationToken cancellationToken)
    {
        var keys = claims.Select(claim => (RedisKey)(KeyPrefix + claim.Limit.Name)).ToArray();
        var arguments = claims.Select(claim => (RedisValue)cost(claim)).Prepend(Now()).ToArray();
        return connection.GetDatabase().ScriptEvaluateAsync(script, keys, arguments).WaitAsync(cancellationToken);
    }

    private RedisValue Now() =>
        clock is null ? RedisValue.EmptyString : (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
