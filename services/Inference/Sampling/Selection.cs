using System.Numerics;

namespace Millrace.Inference.Sampling;

/// <summary>
/// Finds where a sorted list would be cut, without sorting it: only the part that holds the cut is divided further. A key's upper half is
/// its rank and the lower half the index of its candidate, so that no two are equal.
/// </summary>
internal static class Selection
{
    private const int SortedMax = 32;

    /// <summary>The key that would come at this place, counted from 1. The keys are reordered: those up to it come first.</summary>
    public static ulong Nth(Span<ulong> keys, int place)
    {
        var (from, to) = (0, keys.Length);
        for (var rounds = Rounds(to); to - from > SortedMax && rounds > 0; rounds--)
        {
            var split = from + Divide(keys[from..to]);
            if (place <= split) to = split;
            else from = split;
        }

        keys[from..to].Sort();
        return keys[place - 1];
    }

    /// <summary>The first key in order at which the candidates' weights so far reach this sum; the last key when they never do.</summary>
    public static ulong Reach(Span<ulong> keys, ReadOnlySpan<Candidate> candidates, double mass)
    {
        var (from, to, before) = (0, keys.Length, 0.0);
        for (var rounds = Rounds(to); to - from > SortedMax && rounds > 0; rounds--)
        {
            var split = from + Divide(keys[from..to]);
            var left = before + MassOf(keys[from..split], candidates);
            if (left >= mass) to = split;
            else (from, before) = (split, left);
        }

        keys[from..to].Sort();
        foreach (var key in keys[from..to])
        {
            before += candidates[(int)(uint)key].Weight;
            if (before >= mass) return key;
        }

        return keys[to - 1];
    }

    /// <summary>Bad luck with pivots ends in sorting the rest.</summary>
    private static int Rounds(int length) => 2 * BitOperations.Log2((uint)length + 1);

    private static double MassOf(ReadOnlySpan<ulong> keys, ReadOnlySpan<Candidate> candidates)
    {
        var mass = 0.0;
        foreach (var key in keys) mass += candidates[(int)(uint)key].Weight;
        return mass;
    }

    /// <summary>Puts the lower keys first and tells how many there are: at least one, and not all. There are three keys or more.</summary>
    private static int Divide(Span<ulong> keys)
    {
        var pivot = Median(keys[0], keys[keys.Length / 2], keys[^1]);
        var (low, high) = (-1, keys.Length);
        while (true)
        {
            while (keys[++low] < pivot) continue;
            while (keys[--high] > pivot) continue;
            if (low >= high) return high + 1;
            (keys[low], keys[high]) = (keys[high], keys[low]);
        }
    }

    private static ulong Median(ulong a, ulong b, ulong c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
