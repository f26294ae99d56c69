using System.Text.Json;

namespace Millrace.Gateway.Schemas;

/// <summary>Numbers of JSON: exact as far as 28 digits go, and else as near as a double is.</summary>
internal static class SchemaNumbers
{
    /// <summary>Whether a number has no fraction; <c>2.0</c> has none.</summary>
    public static bool IsInteger(JsonElement value)
    {
        if (TryExact(value, out var number)) return number == decimal.Truncate(number);
        // Beyond what a double can hold there are no fractions left.
        return value.TryGetDouble(out var near) && (double.IsInfinity(near) || near == Math.Truncate(near));
    }

    /// <summary>Compares two numbers.</summary>
    public static int Compare(JsonElement a, JsonElement b) => TryExact(a, out var exactA) && TryExact(b, out var exactB)
        ? exactA.CompareTo(exactB)
        : Near(a).CompareTo(Near(b));

    /// <summary>Whether a number is a multiple of another.</summary>
    public static bool IsMultiple(JsonElement value, JsonElement of)
    {
        var ratio = Near(value) / Near(of);
        if (Math.Abs(ratio) < 1e27 && TryExact(value, out var number) && TryExact(of, out var unit)) return number % unit == 0;
        return double.IsFinite(ratio) && ratio == Math.Truncate(ratio);
    }

    private static double Near(JsonElement value) => value.TryGetDouble(out var number) ? number : double.NaN;

    // A decimal takes a very small number for 0.
    private static bool TryExact(JsonElement value, out decimal number) =>
        value.TryGetDecimal(out number) && (number != 0 || Near(value) == 0);
}

/// <summary>A bound on numbers.</summary>
/// <param name="bound">The bound.</param>
/// <param name="fits">Whether a number fits it.</param>
/// <param name="must">What a number must be.</param>
internal sealed class NumberRule(JsonElement bound, Func<JsonElement, JsonElement, bool> fits, string must) : ISchemaRule
{
    public static NumberRule Minimum(SchemaPlace at) => new(at.Number(), (a, b) => SchemaNumbers.Compare(a, b) >= 0, "at least");

    public static NumberRule ExclusiveMinimum(SchemaPlace at) => new(at.Number(), (a, b) => SchemaNumbers.Compare(a, b) > 0, "above");

    public static NumberRule Maximum(SchemaPlace at) => new(at.Number(), (a, b) => SchemaNumbers.Compare(a, b) <= 0, "at most");

    public static NumberRule ExclusiveMaximum(SchemaPlace at) => new(at.Number(), (a, b) => SchemaNumbers.Compare(a, b) < 0, "below");

    public static NumberRule MultipleOf(SchemaPlace at) => at.Number().TryGetDouble(out var unit) && unit > 0
        ? new(at.Value, SchemaNumbers.IsMultiple, "a multiple of")
        : throw at.Wrong("must be above 0");

    public Violation? Check(JsonElement value, ValuePath at, SchemaRun run) =>
        value.ValueKind != JsonValueKind.Number || fits(value, bound) ? null : at.Wrong($"must be {must} {bound.GetRawText()}");
}
