using Millrace.Edge.Limits;

namespace Millrace.Edge.Tests.Limits;

public sealed class MemoryRateLimiterTests : RateLimiterContract
{
    [Fact]
    public async Task Limits_ThatAreFull_AreForgotten()
    {
        var limiter = new MemoryRateLimiter(Time);
        for (var i = 0; i < 5000; i++)
        {
            await limiter.TakeAsync([new RateClaim(new RateLimit($"{i}", 60), 1)], default);
            Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(limiter.Count, 1, 1025);
    }

    private protected override Task<IRateLimiter> CreateAsync() => Task.FromResult<IRateLimiter>(new MemoryRateLimiter(Time));
}
