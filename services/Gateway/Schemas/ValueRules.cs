using System.Text.Json;

namespace Millrace.Gateway.Schemas;

/// <summary><c>false</c>: nothing fits.</summary>
internal sealed class NothingRule : ISchemaRule
{
    public Violation? Check(JsonElement value, ValuePath at, SchemaRun run) => at.Wrong("is not allowed there");
}

/// <summary><c>type</c>.</summary>
/// <param name="types">The types that fit.</param>
internal sealed class TypeRule(string[] types) : ISchemaRule
{
    private static readonly string[] Known = ["null", "boolean", "object", "array", "number", "string", "integer"];

    public static TypeRule Read(SchemaPlace place)
    {
        if (place.Value.ValueKind == JsonValueKind.String) return new TypeRule([One(place)]);
        if (place.Value.ValueKind != JsonValueKind.Array) throw place.Wrong("must be the name of a type, or an array of them");
        var types = place.Items().Select(One).ToArray();
        return types.Length > 0 && types.Distinct().Count() == types.Length
            ? new TypeRule(types)
            : throw place.Wrong("must have at least one type, and none twice");
    }

    public Violation? Check(JsonElement value, ValuePath at, SchemaRun run)
    {
        var actual = NameOf(value);
        if (types.Contains(actual)) return null;
        if (actual == "number" && types.Contains("integer") && SchemaNumbers.IsInteger(value)) return null;
        return at.Wrong($"is of the type {actual} and must be of the type {string.Join(" or ", types)}");
    }

    private static string One(SchemaPlace place) =>
        Known.Contains(place.Text()) ? place.Text() : throw place.Wrong($"must be one of the types {string.Join(", ", Known)}");

    private static string NameOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };
}

/// <summary><c>enum</c>.</summary>
/// <param name="values">The values that fit.</param>
internal sealed class EnumRule(JsonElement[] values) : ISchemaRule
{
    // Most enumerations are texts, and some have hundreds.
    private readonly HashSet<string> _texts =
        [.. values.Where(value => value.ValueKind == JsonValueKind.String).Select(value => value.GetString() ?? string.Empty)];

    private readonly JsonElement[] _others = [.. values.Where(value => value.ValueKind != JsonValueKind.String)];

    public static EnumRule Read(SchemaCompiler compiler, SchemaPlace place)
    {
        var values = place.Items().Select(item => item.Value).ToArray();
        compiler.CountValues(values.Length, place);
        return values.Length > 0 ? new EnumRule(values) : throw place.Wrong("must have at least one value");
    }

    public Violation? Check(JsonElement value, ValuePath at, SchemaRun run)
    {
        if (value.ValueKind == JsonValueKind.String)
            return _texts.Contains(value.GetString() ?? string.Empty) ? null : at.Wrong("is none of the values of 'enum'");
        if (!run.Spend(_others.Length)) return at.Wrong(SchemaNode.TooMuch);
        return _others.Any(one => JsonElement.DeepEquals(one, value)) ? null : at.Wrong("is none of the values of 'enum'");
    }
}

/// <summary><c>const</c>.</summary>
/// <param name="only">The value that fits.</param>
internal sealed class ConstRule(JsonElement only) : ISchemaRule
{
    public Violation? Check(JsonElement value, ValuePath at, SchemaRun run) =>
        JsonElement.DeepEquals(only, value) ? null : at.Wrong("is not the value of 'const'");
}

/// <summary><c>pattern</c>.</summary>
/// <param name="pattern">What must be found within a text.</param>
internal sealed class PatternRule(System.Text.RegularExpressions.Regex pattern) : ISchemaRule
{
    public Violation? Check(JsonElement value, ValuePath at, SchemaRun run) =>
        value.ValueKind != JsonValueKind.String || pattern.IsMatch(value.GetString() ?? string.Empty)
            ? null
            : at.Wrong("does not match 'pattern'");
}

/// <summary>A bound on a count: of characters, items or properties.</summary>
/// <param name="bound">The bound.</param>
/// <param name="isMost">Whether there may be at most so many; else there must be at least so many.</param>
/// <param name="what">What is counted.</param>
/// <param name="count">Counts; null for values that have none of it.</param>
internal sealed class CountRule(int bound, bool isMost, string what, Func<JsonElement, int?> count) : ISchemaRule
{
    public static CountRule Characters(SchemaPlace place, bool isMost) => new(place.Count(), isMost, "characters", CharactersOf);

    public static CountRule Items(SchemaPlace place, bool isMost) => new(
        place.Count(), isMost, "items", value => value.ValueKind == JsonValueKind.Array ? value.GetArrayLength() : null);

    public static CountRule Properties(SchemaPlace place, bool isMost) => new(
        place.Count(), isMost, "properties", value => value.ValueKind == JsonValueKind.Object ? value.GetPropertyCount() : null);

    public Violation? Check(JsonElement value, ValuePath at, SchemaRun run)
    {
        if (count(value) is not { } actual || (isMost ? actual <= bound : actual >= bound)) return null;
        return at.Wrong($"has {actual} {what} and must have at {(isMost ? "most" : "least")} {bound}");
    }

    // As JSON Schema counts: what people take for one character may be two of these, and never half of one.
    private static int? CharactersOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? (value.GetString() ?? string.Empty).EnumerateRunes().Count() : null;
}
