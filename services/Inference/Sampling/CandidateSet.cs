using System.Numerics;

namespace Millrace.Inference.Sampling;

/// <summary>
/// The tokens that may be drawn, by ascending id. Filters shrink it. It is never sorted by weight: a cut is found by partial selection,
/// which is linear, and the order by id keeps a draw from depending on which of two nearly equal tokens is the heavier one. Loops that
/// keep some of many have no branch: a processor cannot guess it.
/// </summary>
/// <param name="capacity">Most tokens: the size of the vocabulary.</param>
internal sealed class CandidateSet(int capacity)
{
    /// <summary>Ranks that agree in all but these low bits share a bucket; weights of one power of two have 32 of them.</summary>
    private const int BucketBits = 18;

    /// <summary>Fewer candidates than this are not worth the buckets.</summary>
    private const int BucketedMin = 512;

    private readonly Candidate[] _items = new Candidate[capacity];
    private readonly uint[] _ranks = new uint[capacity];
    private readonly ulong[] _keys = new ulong[capacity];
    private readonly double[] _buckets = new double[1 << (32 - BucketBits)];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The candidates.</summary>
    public ReadOnlySpan<Candidate> Items => _items.AsSpan(0, Count);

    /// <summary>Sum of their weights.</summary>
    public double Mass
    {
        get
        {
            var mass = 0.0;
            foreach (var candidate in Items) mass += candidate.Weight;
            return mass;
        }
    }

    /// <summary>Weight of the heaviest one; 0 when there is none.</summary>
    public float MaxWeight
    {
        get
        {
            var max = 0f;
            foreach (var candidate in Items) max = Math.Max(max, candidate.Weight);
            return max;
        }
    }

    /// <summary>Starts anew with every token whose value is at least this one; the value is its weight for now. Never NaN.</summary>
    public void Collect(ReadOnlySpan<float> values, float least)
    {
        Count = 0;
        var bound = new Vector<float>(least);
        var id = 0;
        for (; id <= values.Length - Vector<float>.Count; id += Vector<float>.Count)
            if (Vector.GreaterThanOrEqualAny(new Vector<float>(values[id..]), bound))
                Add(values, id, id + Vector<float>.Count, least);
        Add(values, id, values.Length, least);
    }

    /// <summary>Starts anew with one token.</summary>
    public void SetTo(int id)
    {
        _items[0] = new Candidate(id, 1);
        Count = 1;
    }

    /// <summary>Turns the scores that were collected into weights.</summary>
    public void Weigh(float max, float temperature)
    {
        foreach (ref var item in _items.AsSpan(0, Count)) item = item with { Weight = MathF.Exp((item.Weight - max) / temperature) };
    }

    /// <summary>Keeps the heaviest ones, so many; of equal ones those with the lowest id.</summary>
    public void KeepHeaviest(int count)
    {
        if (count >= Count) return;
        RankByWeight();
        Keep(FirstKeyAt(count, byMass: false));
    }

    /// <summary>Keeps the heaviest ones: the fewest whose weights reach this sum.</summary>
    public void KeepMass(double mass)
    {
        RankByWeight();
        Keep(FirstKeyAt(mass, byMass: true));
    }

    /// <summary>
    /// Keeps those whose surprise is closest to the mean surprise of all: the fewest whose weights reach this fraction of the sum.
    /// </summary>
    public void KeepTypical(float fraction) => Keep(FirstKeyAt(fraction * RankByTypicality(), byMass: true));

    /// <summary>Keeps those of at least this weight.</summary>
    public void KeepFrom(float weight)
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            _items[kept] = _items[i];
            kept += _items[i].Weight >= weight ? 1 : 0;
        }

        Count = kept;
    }

    /// <summary>The weights of the heaviest ones in order.</summary>
    /// <param name="weights">Receives them.</param>
    /// <returns>How many there were, at most as many as fit.</returns>
    public int Heaviest(Span<float> weights)
    {
        var count = Math.Min(weights.Length, Count);
        RankByWeight();
        var keys = _keys.AsSpan(0, Count);
        for (var i = 0; i < Count; i++) keys[i] = KeyOf(i);
        if (count < Count) Selection.Nth(keys, count);
        for (var i = 0; i < count; i++) weights[i] = _items[(uint)keys[i]].Weight;
        weights[..count].Sort(static (left, right) => right.CompareTo(left));
        return count;
    }

    /// <summary>Draws one in proportion to the weights.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public Candidate Draw(RandomSource random)
    {
        if (Count == 0) throw new InvalidOperationException("There is no candidate to draw.");
        var left = random.NextUnit() * Mass;
        foreach (var candidate in Items)
        {
            left -= candidate.Weight;
            if (left < 0) return candidate;
        }

        // Rounding: the last sliver belongs to the last one.
        return _items[Count - 1];
    }

    private void Add(ReadOnlySpan<float> values, int from, int to, float least)
    {
        var count = Count;
        for (var id = from; id < to; id++)
        {
            _items[count] = new Candidate(id, values[id]);
            count += values[id] >= least ? 1 : 0;
        }

        Count = count;
    }

    /// <summary>Positive floats are ordered as their bits are; turned over, heavier ones come first.</summary>
    private void RankByWeight()
    {
        for (var i = 0; i < Count; i++) _ranks[i] = ~BitConverter.SingleToUInt32Bits(_items[i].Weight);
    }

    /// <summary>
    /// A surprise and the mean surprise differ by as much as the logarithm of the weight and its mean do, so neither needs the sum.
    /// </summary>
    /// <returns>The sum of the weights.</returns>
    private double RankByTypicality()
    {
        var (mass, sum) = (0.0, 0.0);
        for (var i = 0; i < Count; i++)
        {
            var log = MathF.Log(_items[i].Weight);
            _ranks[i] = BitConverter.SingleToUInt32Bits(log);
            mass += _items[i].Weight;
            sum += (double)_items[i].Weight * log;
        }

        var mean = sum / mass;
        for (var i = 0; i < Count; i++)
            _ranks[i] = BitConverter.SingleToUInt32Bits((float)Math.Abs(BitConverter.UInt32BitsToSingle(_ranks[i]) - mean));
        return mass;
    }

    /// <summary>
    /// The first key in order of rank at which so many candidates, or so much weight, is reached. The bucket that holds it is found by one
    /// pass; only its keys are looked at in order.
    /// </summary>
    private ulong FirstKeyAt(double amount, bool byMass)
    {
        var (bucket, before) = Count >= BucketedMin ? FindBucket(amount, byMass) : (-1, 0);
        var keys = 0;
        for (var i = 0; i < Count; i++)
        {
            _keys[keys] = KeyOf(i);
            keys += bucket < 0 || _ranks[i] >> BucketBits == bucket ? 1 : 0;
        }

        var ordered = _keys.AsSpan(0, keys);
        return byMass ? Selection.Reach(ordered, Items, amount - before) : Selection.Nth(ordered, (int)(amount - before));
    }

    /// <summary>The bucket in which the amount is reached, and what comes before it; the last one used when it never is.</summary>
    private (int Bucket, double Before) FindBucket(double amount, bool byMass)
    {
        Array.Clear(_buckets);
        for (var i = 0; i < Count; i++) _buckets[_ranks[i] >> BucketBits] += byMass ? _items[i].Weight : 1;
        var (last, before, sum) = (-1, 0.0, 0.0);
        for (var bucket = 0; bucket < _buckets.Length; bucket++)
        {
            if (_buckets[bucket] == 0) continue;
            (last, before) = (bucket, sum);
            sum += _buckets[bucket];
            if (sum >= amount) break;
        }

        return (last, before);
    }

    /// <summary>Rank above, index below: unique, and equal ranks are ordered by id.</summary>
    private ulong KeyOf(int index) => ((ulong)_ranks[index] << 32) | (uint)index;

    private void Keep(ulong lastKey)
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            _items[kept] = _items[i];
            kept += KeyOf(i) <= lastKey ? 1 : 0;
        }

        Count = kept;
    }
}
