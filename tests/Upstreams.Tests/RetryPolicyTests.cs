using Millrace.TestShared;

namespace Millrace.Upstreams.Tests;

public sealed class RetryPolicyTests
{
    private static readonly UpstreamOptions Options = new() { RetriesMax = 10 };

    [Fact]
    public void Delay_WithoutHint_DoublesUpToItsLimitAndIsAnyPartOfIt()
    {
        var longest = new RetryPolicy(Options, () => 1);

        var delays = Enumerable.Range(0, 7).Select(retry => longest.Delay(retry, null)?.TotalMilliseconds);
        Assert.Equal([250, 500, 1000, 2000, 4000, 8000, 8000], delays);
        Assert.Equal(TimeSpan.Zero, new RetryPolicy(Options, () => 0).Delay(3, null));
        Assert.Null(longest.Delay(10, null));
    }

    [Fact]
    public void Delay_WithHint_IsTheHintOrNoRetryAtAll()
    {
        var policy = new RetryPolicy(Options, () => 1);

        Assert.Equal(TimeSpan.FromSeconds(7), policy.Delay(0, TimeSpan.FromSeconds(7)));
        Assert.Null(policy.Delay(0, TimeSpan.FromSeconds(9)));
    }

    [Theory]
    [InlineData("retry-after-ms", "1500.5", 1500.5)]
    [InlineData("Retry-After", "3", 3000.0)]
    [InlineData("Retry-After", "Tue, 01 Jan 2030 00:01:00 GMT", 60_000.0)]
    [InlineData("Retry-After", "Tue, 01 Jan 2019 00:01:00 GMT", 0.0)]
    [InlineData("Retry-After", "999999999", 3_600_000.0)]
    [InlineData("Retry-After", "soon", null)]
    [InlineData("retry-after-ms", "-4", null)]
    [InlineData("x-other", "1", null)]
    public void HintOf_Header_IsRead(string name, string value, double? milliseconds)
    {
        using var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation(name, value);

        Assert.Equal(milliseconds, RetryPolicy.HintOf(response.Headers, new ManualTimeProvider().GetUtcNow())?.TotalMilliseconds);
    }
}
