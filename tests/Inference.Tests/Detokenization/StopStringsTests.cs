using Millrace.Inference.Detokenization;

namespace Millrace.Inference.Tests.Detokenization;

public sealed class StopStringsTests
{
    public static TheoryData<string, string[], string, string?> Cases => new()
    {
        { "one two three", ["two"], "one ", "two" },
        { "one two three", ["four"], "one two three", null },
        { "aaaab", ["aab"], "aa", "aab" },
        { "ababac!", ["abac"], "ab", "abac" },
        { "xabcd", ["abcd", "bc"], "xa", "bc" },
        { "xabc", ["bc", "abc"], "x", "abc" },
        { "ends with a begun sto", ["stop"], "ends with a begun sto", null },
        { "emoji 😀 here", ["😀"], "emoji ", "😀" },
        { "other 😁 here", ["😀"], "other 😁 here", null },
        { "", ["x"], "", null },
        { "\n\nUser:", ["\nUser:", "\n\n"], "", "\n\n" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Add_EverySplitInThree_GivesTheSameTextAndStop(string text, string[] stops, string expected, string? met)
    {
        for (var first = 0; first <= text.Length; first++)
            for (var second = first; second <= text.Length; second++)
                AssertStream([text[..first], text[first..second], text[second..]], stops, expected, met);
        AssertStream([.. text.Select(character => character.ToString())], stops, expected, met);
    }

    [Fact]
    public void Add_NothingCouldBeginAStop_HoldsNothingBack()
    {
        var stops = new StopStrings(["<end>"]);

        Assert.Equal("all of this", stops.Add("all of this"));
        Assert.Equal("but not ", stops.Add("but not <e"));
        Assert.Equal("<ex", stops.Add("x"));
    }

    private static void AssertStream(string[] pieces, string[] stops, string expected, string? met)
    {
        var matcher = new StopStrings(stops);
        var text = "";
        foreach (var piece in pieces)
        {
            text += matcher.Add(piece);
            if (matcher.Met is not null) break;
        }

        Assert.Equal(expected, text + matcher.Finish());
        Assert.Equal(met, matcher.Met);
    }
}
