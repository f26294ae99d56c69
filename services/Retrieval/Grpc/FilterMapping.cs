using Millrace.Retrieval.Filtering;
using Millrace.ServiceDefaults.Errors;
using Proto = Millrace.Contracts.Retrieval.V1;

namespace Millrace.Retrieval.Grpc;

/// <summary>Filters of the contract to the core's own. What is refused is named by its place, such as <c>filter.and[1].key</c>.</summary>
internal static class FilterMapping
{
    private const string Root = "filter";

    private static readonly string DocumentKeyNames = string.Join(", ", DocumentKeys.All);

    /// <summary>Maps a filter.</summary>
    /// <returns>The filter; null where the request has none.</returns>
    /// <exception cref="MillraceException">It is not valid.</exception>
    public static Filter? ToFilter(this Proto.Filter? filter)
    {
        if (filter is null) return null;
        var comparisons = 0;
        return Map(filter, Root, depth: 1, ref comparisons);
    }

    private static Filter Map(Proto.Filter filter, string place, int depth, ref int comparisons)
    {
        if (depth > Filter.DepthMax)
            throw Refused(place, $"is nested deeper than {Filter.DepthMax}. Join filters of one kind in one list.");
        return filter.FilterCase switch
        {
            Proto.Filter.FilterOneofCase.Comparison => Map(filter.Comparison, place, ref comparisons),
            Proto.Filter.FilterOneofCase.And => new Filter.And(MapAll(filter.And, $"{place}.and", depth, ref comparisons)),
            Proto.Filter.FilterOneofCase.Or => new Filter.Or(MapAll(filter.Or, $"{place}.or", depth, ref comparisons)),
            Proto.Filter.FilterOneofCase.Not => new Filter.Not(Map(filter.Not, $"{place}.not", depth + 1, ref comparisons)),
            _ => throw Refused(place, "is empty. Give a comparison, and, or, or not."),
        };
    }

    private static Filter[] MapAll(Proto.Filters filters, string place, int depth, ref int comparisons)
    {
        if (filters.Filters_.Count == 0) throw Refused(place, "has no filters. Give at least one.");
        var mapped = new Filter[filters.Filters_.Count];
        for (var i = 0; i < mapped.Length; i++) mapped[i] = Map(filters.Filters_[i], $"{place}[{i}]", depth + 1, ref comparisons);
        return mapped;
    }

    private static Filter Map(Proto.Comparison comparison, string place, ref int comparisons)
    {
        if (++comparisons > Filter.ComparisonsMax)
            throw Refused(
                place, $"is comparison {comparisons} of at most {Filter.ComparisonsMax}. Several values of one key fit into one 'in'.");
        RequireKey(comparison.Key, $"{place}.key");
        FilterValue[] values = [.. comparison.Values.Select((value, i) => Map(value, $"{place}.values[{i}]"))];
        return comparison.Operator switch
        {
            Proto.ComparisonOperator.Equal => Of(ComparisonOperator.In, Single()),
            Proto.ComparisonOperator.NotEqual => new Filter.Not(Of(ComparisonOperator.In, Single())),
            Proto.ComparisonOperator.In => Of(ComparisonOperator.In, Several()),
            Proto.ComparisonOperator.NotIn => new Filter.Not(Of(ComparisonOperator.In, Several())),
            Proto.ComparisonOperator.Less => Of(ComparisonOperator.Less, Ordered()),
            Proto.ComparisonOperator.LessOrEqual => Of(ComparisonOperator.LessOrEqual, Ordered()),
            Proto.ComparisonOperator.Greater => Of(ComparisonOperator.Greater, Ordered()),
            Proto.ComparisonOperator.GreaterOrEqual => Of(ComparisonOperator.GreaterOrEqual, Ordered()),
            Proto.ComparisonOperator.Exists => Of(ComparisonOperator.Exists, None()),
            _ => throw Refused($"{place}.operator", $"{(int)comparison.Operator} is not known. Use one that the API lists."),
        };

        Filter.Comparison Of(ComparisonOperator compared, FilterValue[] with) => new(comparison.Key, compared, with);

        FilterValue[] Single() => values.Length == 1
            ? values
            : throw Refused($"{place}.values", $"has {values.Length} values, and this comparison takes one. For several, use 'in'.");

        FilterValue[] Several() => values.Length is > 0 and <= Filter.ValuesMax
            ? values
            : throw Refused($"{place}.values", $"has {values.Length} values. Give 1 to {Filter.ValuesMax}.");

        FilterValue[] Ordered() => Single()[0] is { Number: not null } || Instants.TryParse(values[0].Text, out _)
            ? values
            : throw Refused(
                $"{place}.values[0]", "has no order. Give a number, or a date-time with its time zone such as 2026-03-01T12:00:00Z.");

        FilterValue[] None() => values.Length == 0
            ? values
            : throw Refused($"{place}.values", $"has {values.Length} values, and 'exists' takes none.");
    }

    private static FilterValue Map(Proto.FilterValue value, string place) => value.ValueCase switch
    {
        Proto.FilterValue.ValueOneofCase.Text when value.Text.Length <= Filter.TextCharsMax => FilterValue.Of(value.Text),
        Proto.FilterValue.ValueOneofCase.Text =>
            throw Refused(place, $"has {value.Text.Length} characters. Shorten it to {Filter.TextCharsMax}."),
        Proto.FilterValue.ValueOneofCase.Number when double.IsFinite(value.Number) => FilterValue.Of(value.Number),
        Proto.FilterValue.ValueOneofCase.Number => throw Refused(place, "is not a finite number."),
        Proto.FilterValue.ValueOneofCase.Boolean => FilterValue.Of(value.Boolean),
        _ => throw Refused(place, "is empty. Give a text, a number or a boolean."),
    };

    private static void RequireKey(string key, string place)
    {
        if (key.Length == 0) throw Refused(place, "is empty. Name a key of the metadata, such as author.name.");
        if (key.Length > Filter.KeyCharsMax) throw Refused(place, $"has {key.Length} characters. Shorten it to {Filter.KeyCharsMax}.");
        if (key[0] == '$' && !DocumentKeys.All.Contains(key))
            throw Refused(place, $"'{key}' is not known. Keys that begin with $ are the document's own: {DocumentKeyNames}.");
        if (key.StartsWith('.') || key.EndsWith('.') || key.Contains("..", StringComparison.Ordinal))
            throw Refused(place, $"'{key}' has an empty part. A dot leads into an object, as in author.name.");
    }

    private static MillraceException Refused(string place, string what) => MillraceException.InvalidArgument(place, $"{place} {what}");
}
