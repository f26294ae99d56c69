using Millrace.Guardrails.CustomPatterns;

namespace Millrace.Guardrails.Tests.CustomPatterns;

public sealed class CheckSumsTests
{
    [Theory]
    [InlineData(CheckSum.Luhn, "7992 7398-713", true)]
    [InlineData(CheckSum.Luhn, "79927398710", false)]
    [InlineData(CheckSum.Luhn, "0", false)]
    [InlineData(CheckSum.Mod97, "GB82 WEST 1234 5698 7654 32", true)]
    [InlineData(CheckSum.Mod97, "GB82 WEST 1234 5698 7654 33", false)]
    [InlineData(CheckSum.Mod97, "GB82", false)]
    [InlineData(CheckSum.Verhoeff, "2363", true)]
    [InlineData(CheckSum.Verhoeff, "1234567890 12 0", true)]
    [InlineData(CheckSum.Verhoeff, "2364", false)]
    [InlineData(CheckSum.None, "anything", true)]
    public void Passes_RightNumbersAlone(CheckSum check, string text, bool passes) => Assert.Equal(passes, check.Passes(text));

    [Fact]
    public void Verhoeff_SwappedNeighbours_AreNoticed()
    {
        const string Right = "123456789012";
        var last = Enumerable.Range(0, 10).Single(digit => CheckSum.Verhoeff.Passes($"{Right}{digit}"));
        var whole = $"{Right}{last}";

        for (var i = 0; i + 1 < whole.Length; i++)
            if (whole[i] != whole[i + 1])
                Assert.False(CheckSum.Verhoeff.Passes(whole[..i] + whole[i + 1] + whole[i] + whole[(i + 2)..]), $"swapped at {i}");
    }
}
