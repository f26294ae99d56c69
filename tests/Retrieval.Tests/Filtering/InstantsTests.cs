using Millrace.Retrieval.Filtering;

namespace Millrace.Retrieval.Tests.Filtering;

public sealed class InstantsTests
{
    [Theory]
    [InlineData("2026-03-01T12:00:00Z", 0)]
    [InlineData("2026-03-01T14:00:00+02:00", 0)]
    [InlineData("2026-03-01T06:30:00-05:30", 0)]
    [InlineData("2026-03-01T12:00:00.5Z", 500_000)]
    [InlineData("2026-03-01T12:00:00.123456Z", 123_456)]
    [InlineData("2026-03-01T12:00:00.123456789Z", 123_456.7)]
    [InlineData("2026-03-01T13:00:00.123456789012+01:00", 123_456.7)]
    public void TryParse_DateTimeWithZone_IsReadInUniversalTime(string text, double microseconds)
    {
        Assert.True(Instants.TryParse(text, out var instant));
        Assert.Equal(Documents.UpdatedAt + TimeSpan.FromMicroseconds(microseconds), instant.ToUniversalTime());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2026-03-01")]
    [InlineData("2026-03-01T12:00:00")]
    [InlineData("2026-03-01 12:00:00Z")]
    [InlineData("2026-13-01T12:00:00Z")]
    [InlineData("2026-03-01T12:00:00.Zx+00:00")]
    [InlineData("a long text that ends in Z")]
    public void TryParse_AnythingElse_IsNoInstant(string? text)
    {
        Assert.False(Instants.TryParse(text, out _));
    }

    [Fact]
    public void Format_Instant_IsReadBack()
    {
        var instant = new DateTimeOffset(2026, 3, 1, 14, 0, 0, 123, 456, TimeSpan.FromHours(2));

        Assert.Equal("2026-03-01T12:00:00.123456Z", Instants.Format(instant));
        Assert.True(Instants.TryParse(Instants.Format(instant), out var again));
        Assert.Equal(instant, again);
    }
}
