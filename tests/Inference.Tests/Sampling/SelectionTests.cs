using Millrace.Inference.Sampling;

namespace Millrace.Inference.Tests.Sampling;

public sealed class SelectionTests
{
    public static TheoryData<string> Shapes => ["random", "ascending", "descending", "pipe", "few ranks"];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Nth_AnyOrder_IsTheKeyOfTheSortedList(string shape)
    {
        var random = new Random(5);
        foreach (var length in new[] { 1, 2, 3, 32, 33, 34, 500, 4000 })
        {
            var keys = Keys(shape, length, random);
            var sorted = keys.Order().ToArray();
            foreach (var place in new[] { 1, (length + 1) / 2, length, random.Next(1, length + 1) })
            {
                ulong[] work = [.. keys];
                Assert.Equal(sorted[place - 1], Selection.Nth(work, place));
                Assert.Equal(sorted[..place], work[..place].Order());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Reach_AnyOrder_IsTheFirstKeyAtWhichTheSumIsReached(string shape)
    {
        var random = new Random(6);
        foreach (var length in new[] { 1, 2, 33, 700, 3000 })
        {
            var keys = Keys(shape, length, random);

            // Whole weights, so that sums are the same in any order.
            Candidate[] candidates = [.. Enumerable.Range(0, length).Select(id => new Candidate(id, random.Next(1, 9)))];
            var total = candidates.Sum(candidate => (double)candidate.Weight);
            foreach (var mass in new[] { 0.5, 1, total / 3, total - 1, total, total + 1 })
            {
                var sum = 0.0;
                var sorted = keys.Order().ToList();
                var expected = sorted.Find(key => (sum += candidates[(int)(uint)key].Weight) >= mass);
                Assert.Equal(mass > total ? sorted[^1] : expected, Selection.Reach([.. keys], candidates, mass));
            }
        }
    }

    private static ulong[] Keys(string shape, int length, Random random) =>
    [
        .. Enumerable.Range(0, length).Select(index => ((ulong)Rank(shape, index, length, random) << 32) | (uint)index),
    ];

    private static int Rank(string shape, int index, int length, Random random) => shape switch
    {
        "ascending" => index,
        "descending" => length - index,
        "pipe" => Math.Min(index, length - index),
        "few ranks" => random.Next(3),
        _ => random.Next(int.MaxValue),
    };
}
