namespace Millrace.Bench.Harness;

/// <summary>What was measured, once per round or once per request.</summary>
internal sealed class Samples
{
    private readonly double[] _sorted;

    /// <summary>Takes measurements, at least one.</summary>
    public Samples(params IEnumerable<double> values)
    {
        Values = [.. values];
        if (Values.Count == 0) throw new ArgumentException("Nothing was measured.", nameof(values));
        _sorted = [.. Values.Order()];
    }

    /// <summary>The measurements, in order of time.</summary>
    public IReadOnlyList<double> Values { get; }

    /// <summary>The middle one, or the mean of the middle two.</summary>
    public double Median => (_sorted[(_sorted.Length - 1) / 2] + _sorted[_sorted.Length / 2]) / 2;

    /// <summary>The smallest.</summary>
    public double Min => _sorted[0];

    /// <summary>The largest.</summary>
    public double Max => _sorted[^1];

    /// <summary>The smallest that this share of all is not above: 0.99 for the 99th percentile.</summary>
    public double Percentile(double share) => _sorted[Math.Clamp((int)Math.Ceiling(share * _sorted.Length) - 1, 0, _sorted.Length - 1)];

    /// <summary>Round by round, this divided by the other: what disturbs a machine for a while disturbs both sides of a round.</summary>
    public Samples Over(Samples other) => new(Values.Zip(other.Values, (mine, its) => mine / its));
}
