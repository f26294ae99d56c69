using System.Globalization;

namespace Millrace.Bench.Harness;

/// <summary>What a ratio, or a value without a baseline, is held against.</summary>
/// <param name="Bound">The bound.</param>
/// <param name="IsFloor">Whether more is better.</param>
internal sealed record Target(double Bound, bool IsFloor)
{
    public static Target AtLeast(double bound) => new(bound, IsFloor: true);

    public static Target AtMost(double bound) => new(bound, IsFloor: false);

    public bool IsMet(double value) => IsFloor ? value >= Bound : value <= Bound;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsFloor ? ">=" : "<=")} {Bound:0.###}");
}

/// <summary>One result, as it is written.</summary>
internal sealed record BenchRow
{
    /// <summary>What was measured, and on what.</summary>
    public required string Metric { get; init; }

    /// <summary>The median; null when it was not measured.</summary>
    public double? Value { get; init; }

    /// <summary>The value's unit.</summary>
    public required string Unit { get; init; }

    /// <summary>What it is compared with.</summary>
    public string? Baseline { get; init; }

    /// <summary>The baseline's median.</summary>
    public double? BaselineValue { get; init; }

    /// <summary>Median over the rounds of value divided by baseline.</summary>
    public double? Ratio { get; init; }

    /// <summary>What the ratio, or without a baseline the value, should be.</summary>
    public string? Target { get; init; }

    /// <summary>Whether it is.</summary>
    public bool? Met { get; init; }

    /// <summary>Smallest and largest of the ratio over the rounds, or of the value.</summary>
    public string? Spread { get; init; }

    /// <summary>What one must know to read it; why it was not measured.</summary>
    public string? Note { get; init; }

    /// <summary>A value without a baseline.</summary>
    public static BenchRow Of(string metric, Samples value, string unit, Target? target = null, string? note = null) => new()
    {
        Metric = metric,
        Value = value.Median,
        Unit = unit,
        Target = target?.ToString(),
        Met = target?.IsMet(value.Median),
        Spread = SpreadOf(value),
        Note = note,
    };

    /// <summary>A value beside a baseline that was measured in the same rounds.</summary>
    public static BenchRow Compare(
        (string Name, Samples Value) metric, string unit, (string Name, Samples Value) baseline, Target? target = null, string? note = null)
    {
        var ratio = metric.Value.Over(baseline.Value);
        return new()
        {
            Metric = metric.Name,
            Value = metric.Value.Median,
            Unit = unit,
            Baseline = baseline.Name,
            BaselineValue = baseline.Value.Median,
            Ratio = ratio.Median,
            Target = target?.ToString(),
            Met = target?.IsMet(ratio.Median),
            Spread = SpreadOf(ratio),
            Note = note,
        };
    }

    /// <summary>Something that could not be measured.</summary>
    public static BenchRow NotMeasured(string metric, string unit, string why, Target? target = null) =>
        new() { Metric = metric, Unit = unit, Target = target?.ToString(), Note = $"not measured: {why}" };

    private static string? SpreadOf(Samples samples) => samples.Values.Count < 2
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{Figures.Short(samples.Min)}..{Figures.Short(samples.Max)}");
}

/// <summary>Numbers for people.</summary>
internal static class Figures
{
    /// <summary>Three significant digits, and all of a number that has more before its point.</summary>
    public static string Short(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 100 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        >= 1 => value.ToString("0.00", CultureInfo.InvariantCulture),
        _ => value.ToString("0.000", CultureInfo.InvariantCulture),
    };
}
