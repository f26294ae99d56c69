using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Millrace.Contracts.Retrieval.V1;

namespace Millrace.Gateway.Api.Search;

/// <summary>
/// Reads a filter in the shape of OpenAI's vector stores: <c>{"type": "eq", "key": "year", "value": 2024}</c>, with <c>and</c>, <c>or</c>
/// over <c>filters</c>, and, beyond it, <c>not</c> over <c>filter</c> and <c>exists</c>.
/// </summary>
internal sealed partial class FilterReader
{
    private const int ComparisonsMax = 64;
    private const int DepthMax = 8;
    private const int ValuesMax = 256;
    private const int KeyCharsMax = 256;
    private const int TextCharsMax = 1024;

    private static readonly string[] DocumentKeys = ["$document_id", "$media_type", "$title", "$updated_at"];

    private static readonly FrozenDictionary<string, ComparisonOperator> Operators = new Dictionary<string, ComparisonOperator>
    {
        ["eq"] = ComparisonOperator.Equal,
        ["ne"] = ComparisonOperator.NotEqual,
        ["gt"] = ComparisonOperator.Greater,
        ["gte"] = ComparisonOperator.GreaterOrEqual,
        ["lt"] = ComparisonOperator.Less,
        ["lte"] = ComparisonOperator.LessOrEqual,
        ["in"] = ComparisonOperator.In,
        ["nin"] = ComparisonOperator.NotIn,
        ["exists"] = ComparisonOperator.Exists,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private int _comparisons;

    /// <summary>Reads a filter.</summary>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">A part is missing, unknown or wrong; the exception names it.</exception>
    public static Filter Read(JsonField field) => new FilterReader().Read(field, depth: 1);

    private Filter Read(JsonField field, int depth)
    {
        if (depth > DepthMax) throw field.Invalid($"is nested deeper than {DepthMax} filters");
        var parts = field.Properties().ToDictionary(part => part.Name, StringComparer.Ordinal);
        var type = parts.TryGetValue("type", out var named) ? named.Text() : throw field.Missing("type");
        return type switch
        {
            "and" => new Filter { And = Several(Only(field, parts, "filters"), depth) },
            "or" => new Filter { Or = Several(Only(field, parts, "filters"), depth) },
            "not" => new Filter { Not = Read(Only(field, parts, "filter"), depth + 1) },
            _ when Operators.TryGetValue(type, out var comparison) => new Filter { Comparison = Compare(field, parts, comparison) },
            _ => throw named.Invalid($"must be one of {string.Join(", ", Operators.Keys.Order(StringComparer.Ordinal))}, and, or, not"),
        };
    }

    private Filters Several(JsonField list, int depth)
    {
        var filters = new Filters();
        filters.Filters_.Add(list.Items(1, ComparisonsMax).Select(item => Read(item, depth + 1)));
        return filters;
    }

    private Comparison Compare(JsonField field, Dictionary<string, JsonField> parts, ComparisonOperator comparison)
    {
        if (++_comparisons > ComparisonsMax) throw field.Invalid($"is one comparison too many: a filter has at most {ComparisonsMax}");
        RequireKnown(parts, comparison == ComparisonOperator.Exists ? ["type", "key"] : ["type", "key", "value"]);
        var result = new Comparison { Key = Key(Part(field, parts, "key")), Operator = comparison };
        if (comparison == ComparisonOperator.Exists) return result;
        var value = Part(field, parts, "value");
        if (comparison is ComparisonOperator.In or ComparisonOperator.NotIn) result.Values.Add(value.Items(1, ValuesMax).Select(Value));
        else result.Values.Add(IsOrder(comparison) ? Ordered(value) : Value(value));
        return result;
    }

    private static bool IsOrder(ComparisonOperator comparison) => comparison is ComparisonOperator.Less or ComparisonOperator.LessOrEqual
        or ComparisonOperator.Greater or ComparisonOperator.GreaterOrEqual;

    private static string Key(JsonField field)
    {
        if (field.Text(KeyCharsMax) is not { Length: > 0 } key) throw field.Invalid("must not be empty");
        if (key[0] == '$' && !DocumentKeys.Contains(key))
            throw field.Invalid($"is not known: what begins with $ is the document's own, {string.Join(", ", DocumentKeys)}");
        return key.Split('.').All(part => part.Length > 0)
            ? key
            : throw field.Invalid("has an empty part: a dot leads into an object, as in author.name");
    }

    private static FilterValue Value(JsonField field) => field.Kind switch
    {
        JsonValueKind.String => new FilterValue { Text = field.Text(TextCharsMax) },
        JsonValueKind.Number => new FilterValue { Number = field.Number(double.MinValue, double.MaxValue) },
        JsonValueKind.True or JsonValueKind.False => new FilterValue { Boolean = field.Boolean() },
        _ => throw field.Invalid("must be a text, a number, true or false"),
    };

    private static FilterValue Ordered(JsonField field)
    {
        var value = Value(field);
        var isTime = value.ValueCase == FilterValue.ValueOneofCase.Text && Instant().IsMatch(value.Text)
            && DateTimeOffset.TryParse(value.Text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
        if (value.ValueCase == FilterValue.ValueOneofCase.Number || isTime) return value;
        throw field.Invalid("must be a number or a date-time with its time zone, such as 2026-01-31T00:00:00Z");
    }

    private static JsonField Only(JsonField field, Dictionary<string, JsonField> parts, string name)
    {
        RequireKnown(parts, ["type", name]);
        return Part(field, parts, name);
    }

    private static JsonField Part(JsonField field, Dictionary<string, JsonField> parts, string name) =>
        parts.TryGetValue(name, out var part) ? part : throw field.Missing(name);

    private static void RequireKnown(Dictionary<string, JsonField> parts, string[] known)
    {
        foreach (var part in parts.Values)
            if (!known.Contains(part.Name)) throw part.Unknown();
    }

    // As RFC 3339 writes it: without a time zone no two readers agree.
    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\z")]
    private static partial Regex Instant();
}
