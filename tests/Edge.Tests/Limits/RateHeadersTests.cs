using Millrace.Edge.Limits;

namespace Millrace.Edge.Tests.Limits;

public sealed class RateHeadersTests
{
    [Theory]
    [InlineData(0, "0ms")]
    [InlineData(20, "20ms")]
    [InlineData(999.2, "1000ms")]
    [InlineData(1500, "1.5s")]
    [InlineData(59_000, "59s")]
    [InlineData(60_000, "1m0s")]
    [InlineData(360_500, "6m0.5s")]
    public void Duration_IsWrittenAsOpenAiDoes(double ms, string text) =>
        Assert.Equal(text, RateHeaders.Duration(TimeSpan.FromMilliseconds(ms)));
}
