using Millrace.Edge.Limits;
using Millrace.TestShared;

namespace Millrace.Edge.Tests.Limits;

/// <summary>What every limiter does, wherever it counts. Names are new in each test, so that a shared server does no harm.</summary>
public abstract class RateLimiterContract
{
    private readonly string _name = Guid.NewGuid().ToString("n");

    protected ManualTimeProvider Time { get; } = new();

    private protected abstract Task<IRateLimiter> CreateAsync();

    [Fact]
    public async Task Take_UpToTheLimit_ThenTheTimeToWaitIsExact()
    {
        var limiter = await CreateAsync();
        for (var i = 9; i >= 0; i--)
            Assert.Equal(new RateState(i, TimeSpan.FromSeconds(6 * (10 - i)), default), await TakeAsync(limiter, 10, 1));

        Assert.Equal(TimeSpan.FromSeconds(6), (await TakeAsync(limiter, 10, 1)).Wait);
        Time.Advance(TimeSpan.FromSeconds(5.999));
        Assert.Equal(TimeSpan.FromMilliseconds(1), (await TakeAsync(limiter, 10, 1)).Wait);
        Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(TimeSpan.Zero, (await TakeAsync(limiter, 10, 1)).Wait);
    }

    [Fact]
    public async Task Take_AfterAQuietMinute_HasTheWholeLimitAndNoMore()
    {
        var limiter = await CreateAsync();
        await TakeAsync(limiter, 5, 5);
        Time.Advance(TimeSpan.FromHours(3));

        Assert.Equal(0, (await TakeAsync(limiter, 5, 5)).Remaining);
        Assert.NotEqual(TimeSpan.Zero, (await TakeAsync(limiter, 5, 1)).Wait);
    }

    [Fact]
    public async Task Take_OfSeveral_IsAllOrNothing()
    {
        var limiter = await CreateAsync();
        RateClaim[] both = [Claim("a", 10, 1), Claim("b", 1, 1)];
        Assert.All(await limiter.TakeAsync(both, default), state => Assert.Equal(TimeSpan.Zero, state.Wait));

        var refused = await limiter.TakeAsync(both, default);

        Assert.Equal((TimeSpan.Zero, TimeSpan.FromMinutes(1)), (refused[0].Wait, refused[1].Wait));
        Assert.Equal(9, refused[0].Remaining);
    }

    [Fact]
    public async Task Take_OfMoreThanTheLimit_TakesAllOfIt()
    {
        var limiter = await CreateAsync();

        Assert.Equal(new RateState(0, TimeSpan.FromMinutes(1), TimeSpan.Zero), await TakeAsync(limiter, 100, 5000));
        Assert.Equal(TimeSpan.FromMinutes(1), (await TakeAsync(limiter, 100, 5000)).Wait);
    }

    [Fact]
    public async Task Settle_GivesBackOrGoesIntoDebt()
    {
        var limiter = await CreateAsync();
        await TakeAsync(limiter, 60, 30);
        await limiter.SettleAsync([Claim("x", 60, -20)], default);
        Assert.Equal(49, (await TakeAsync(limiter, 60, 1)).Remaining);

        await limiter.SettleAsync([Claim("x", 60, 100)], default);

        Assert.Equal(TimeSpan.FromSeconds(52), (await TakeAsync(limiter, 60, 1)).Wait);
        Assert.Equal(TimeSpan.Zero, (await TakeAsync(limiter, 60, 0)).Wait);
    }

    [Fact]
    public async Task Settle_OfMoreThanWasTaken_NeverMakesTheLimitLarger()
    {
        var limiter = await CreateAsync();
        await TakeAsync(limiter, 10, 1);
        await limiter.SettleAsync([Claim("x", 10, -500)], default);

        Assert.Equal(9, (await TakeAsync(limiter, 10, 1)).Remaining);
    }

    [Fact]
    public async Task Take_FromManyAtOnce_GivesTheLimitAndNotOneMore()
    {
        var limiter = await CreateAsync();

        var states = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => TakeAsync(limiter, 50, 1)))).DefaultTimeout();

        Assert.Equal(50, states.Count(state => state.Wait == TimeSpan.Zero));
    }

    private protected RateClaim Claim(string name, int perMinute, int amount) =>
        new(new RateLimit($"{{{_name}}}:{name}", perMinute), amount);

    private async Task<RateState> TakeAsync(IRateLimiter limiter, int perMinute, int amount) =>
        Assert.Single(await limiter.TakeAsync([Claim("x", perMinute, amount)], default));
}
