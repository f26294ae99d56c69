using Millrace.Grounding.Support;

namespace Millrace.Grounding.Tests.Support;

public sealed class NumberWordsTests
{
    [Theory]
    [InlineData("30", "30", 1)]
    [InlineData("1,000", "1000", 1)]
    [InlineData("4.90", "4.9", 1)]
    [InlineData("3,5", "3.5", 1)]
    [InlineData("three", "3", 1)]
    [InlineData("twenty five", "25", 2)]
    [InlineData("two hundred", "200", 2)]
    [InlineData("3 million", "3000000", 2)]
    [InlineData("09:00", "9", 1)]
    [InlineData("10:30", "10:30", 1)]
    [InlineData("2nd", "2", 1)]
    public void Read_Number_HasOneSpelling(string words, string value, int count)
    {
        var number = NumberWords.Read(words.Split(' '), 0);

        Assert.Equal((value, string.Empty, count), number);
    }

    [Fact]
    public void Read_NoNumber_IsNull() => Assert.Null(NumberWords.Read(["tens"], 0));
}
