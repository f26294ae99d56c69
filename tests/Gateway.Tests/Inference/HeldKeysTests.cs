using Millrace.Gateway.Inference;

namespace Millrace.Gateway.Tests.Inference;

public sealed class HeldKeysTests
{
    [Fact]
    public void Match_LongestHeldKey_CountsFromTheStart()
    {
        var held = new HeldKeys(100);
        held.Begin([1, 2, 3], timestamp: 1);

        Assert.Equal(3, held.Match([1, 2, 3, 4]));
        Assert.Equal(2, held.Match([1, 2, 9]));
        Assert.Equal(0, held.Match([9]));
        Assert.Equal(0, held.Match([]));

        // The longest is enough: whoever holds it holds what is before it.
        Assert.Equal(3, held.Match([7, 8, 3]));
    }

    [Fact]
    public void Report_AfterTheEnd_ReplacesWhatWasSent()
    {
        var held = new HeldKeys(100);
        held.Begin([1, 2], timestamp: 1);
        held.End([1, 2], timestamp: 2);

        held.Report([1, 5], askedAt: 3);

        Assert.Equal((1, 1), (held.Match([1, 2]), held.Match([5])));
        Assert.Equal(0, held.SentCount);
    }

    [Fact]
    public void Report_AskedBeforeTheEnd_LeavesWhatWasSent()
    {
        var held = new HeldKeys(100);
        held.Begin([1, 2], timestamp: 1);
        held.End([1, 2], timestamp: 4);

        held.Report([], askedAt: 3);

        Assert.Equal(2, held.Match([1, 2]));
    }

    [Fact]
    public void Report_RequestStillRuns_LeavesItsKeys()
    {
        var held = new HeldKeys(100);
        held.Begin([1, 2], timestamp: 1);
        held.Begin([1, 3], timestamp: 1);
        held.End([1, 3], timestamp: 1);

        held.Report([], askedAt: 5);

        Assert.Equal((2, 1), (held.Match([1, 2]), held.Match([1, 3])));
    }

    [Fact]
    public void Begin_TooManyKeys_ForgetsThoseLongestUnused()
    {
        var held = new HeldKeys(64);
        for (var key = 0UL; key < 100; key++)
        {
            held.Begin([key], (long)key);
            held.Begin([0], (long)key);
        }

        Assert.Equal(64, held.SentCount);
        Assert.Equal((1, 0, 1), (held.Match([0]), held.Match([36]), held.Match([37])));
    }

    [Fact]
    public void Report_TooManyKeys_TakesTheFirst()
    {
        var held = new HeldKeys(64);

        held.Report(Enumerable.Range(0, 100).Select(key => (ulong)key), askedAt: 1);

        Assert.Equal((1, 0), (held.Match([63]), held.Match([64])));
    }

    [Fact]
    public void End_AfterClear_LeavesNothingBehind()
    {
        var held = new HeldKeys(64);
        held.Begin([1], timestamp: 1);
        held.Clear();
        held.Begin([1], timestamp: 2);
        held.End([1], timestamp: 3);
        held.End([1], timestamp: 4);

        held.Report([], askedAt: 5);

        Assert.Equal((0, 0), (held.SentCount, held.Match([1])));
    }
}
