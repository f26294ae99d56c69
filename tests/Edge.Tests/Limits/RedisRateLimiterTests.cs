using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Millrace.Edge.Limits;
using Millrace.TestShared;
using StackExchange.Redis;

namespace Millrace.Edge.Tests.Limits;

/// <summary>The same contract on a real server. Where there is none, the tests of the twin say nothing, as its own say by name.</summary>
public sealed class RedisRateLimiterTests(RedisServer server) : IClassFixture<RedisServer>
{
    [RedisFact]
    public Task Contract_TimeToWait() => new Twin(server).Take_UpToTheLimit_ThenTheTimeToWaitIsExact();

    [RedisFact]
    public Task Contract_QuietMinute() => new Twin(server).Take_AfterAQuietMinute_HasTheWholeLimitAndNoMore();

    [RedisFact]
    public Task Contract_AllOrNothing() => new Twin(server).Take_OfSeveral_IsAllOrNothing();

    [RedisFact]
    public Task Contract_MoreThanTheLimit() => new Twin(server).Take_OfMoreThanTheLimit_TakesAllOfIt();

    [RedisFact]
    public Task Contract_Settle() => new Twin(server).Settle_GivesBackOrGoesIntoDebt();

    [RedisFact]
    public Task Contract_SettleTooMuch() => new Twin(server).Settle_OfMoreThanWasTaken_NeverMakesTheLimitLarger();

    [RedisFact]
    public Task Contract_ManyAtOnce() => new Twin(server).Take_FromManyAtOnce_GivesTheLimitAndNotOneMore();

    [RedisFact]
    public async Task TwoEdges_ShareOneLimit_ByTheServersClock()
    {
        using var first = await ConnectionMultiplexer.ConnectAsync(server.Address);
        using var second = await ConnectionMultiplexer.ConnectAsync(server.Address);
        var limit = new RateLimit($"{Guid.NewGuid():n}", 3);
        IRateLimiter[] edges = [new RedisRateLimiter(first), new RedisRateLimiter(second)];

        List<RateState> states = [];
        for (var i = 0; i < 4; i++) states.AddRange(await edges[i % 2].TakeAsync([new RateClaim(limit, 1)], default));

        Assert.Equal([true, true, true, false], states.Select(state => state.Wait == TimeSpan.Zero));
        Assert.InRange(states[3].Wait, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20));
    }

    [RedisFact]
    public async Task Redis_ThatGoesAway_LeavesTheEdgeToCountAlone()
    {
        using var own = new RedisServer();
        await own.InitializeAsync();
        using var connection = await ConnectionMultiplexer.ConnectAsync(own.Address + ",abortConnect=false");
        var options = Options.Create(new LimitOptions { RedisTimeout = TimeSpan.FromSeconds(2) });
        var limiter = new FallbackRateLimiter(
            new RedisRateLimiter(connection),
            new MemoryRateLimiter(TimeProvider.System),
            options,
            TimeProvider.System,
            NullLogger<FallbackRateLimiter>.Instance);
        RateClaim[] claim = [new(new RateLimit("a", 2), 1)];
        Assert.Equal(1, (await limiter.TakeAsync(claim, default))[0].Remaining);

        own.Stop();

        Assert.Equal(1, (await limiter.TakeAsync(claim, default).AsTask().DefaultTimeout())[0].Remaining);
        Assert.Equal(0, (await limiter.TakeAsync(claim, default).AsTask().DefaultTimeout())[0].Remaining);
        Assert.NotEqual(TimeSpan.Zero, (await limiter.TakeAsync(claim, default).AsTask().DefaultTimeout())[0].Wait);
    }

    private sealed class Twin(RedisServer server) : RateLimiterContract
    {
        private protected override async Task<IRateLimiter> CreateAsync() =>
            new RedisRateLimiter(await ConnectionMultiplexer.ConnectAsync(server.Address), Time);
    }
}
