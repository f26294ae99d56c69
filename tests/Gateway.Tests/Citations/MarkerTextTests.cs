using Millrace.Gateway.Citations;

namespace Millrace.Gateway.Tests.Citations;

public sealed class MarkerTextTests
{
    [Theory]
    [InlineData("Parcels are tracked. [2] Refunds take five days [1, 3].", "Parcels are tracked. Refunds take five days.")]
    [InlineData("Use `list [1]` and array[1] in [2026].", "Use `list [1]` and array[1] in [2026].")]
    [InlineData("See [1](http://a.example).", "See [1](http://a.example).")]
    [InlineData("No marker", "No marker")]
    public void Strip_EarlierAnswer_LosesItsMarkersOnly(string answer, string expected) => Assert.Equal(expected, MarkerText.Strip(answer));
}
