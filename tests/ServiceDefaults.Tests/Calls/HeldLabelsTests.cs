using Millrace.ServiceDefaults.Calls;

namespace Millrace.ServiceDefaults.Tests.Calls;

public sealed class HeldLabelsTests
{
    public static TheoryData<string[]> Lists => [[], ["a"], ["*"], [","], ["a,b", "c d", "ü", "%2C"], ["x-", "-"]];

    [Theory]
    [MemberData(nameof(Lists))]
    public void Write_ThenRead_IsTheSame_InAscii(string[] labels)
    {
        var value = HeldLabels.Write(labels);

        Assert.All(value, c => Assert.InRange(c, '!', '~'));
        Assert.Equal(labels, HeldLabels.Read(value));
    }

    [Fact]
    public void Read_WithoutAHeader_IsNoBound() => Assert.Null(HeldLabels.Read(null));

    [Fact]
    public void Read_OfTooMuch_IsNoLabel() => Assert.Equal([], HeldLabels.Read(new string('a', 100_000)));

    [Theory]
    [InlineData("", null, "")]
    [InlineData("a b", null, "a b")]
    [InlineData("", "a b", "a b")]
    [InlineData("b", "a b", "b")]
    [InlineData("b c", "a b", "b")]
    [InlineData("c", "a b", "")]
    [InlineData("a", "", "")]
    [InlineData("A", "a", "")]
    public void Within_NarrowsAndNeverWidens(string asked, string? bound, string held) => Assert.Equal(
        held.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        asked.Split(' ', StringSplitOptions.RemoveEmptyEntries).Within(bound?.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
}
