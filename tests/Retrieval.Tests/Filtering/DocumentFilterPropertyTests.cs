using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Grpc;
using ComparisonOperator = Millrace.Contracts.Retrieval.V1.ComparisonOperator;
using Filter = Millrace.Contracts.Retrieval.V1.Filter;
using FilterValue = Millrace.Contracts.Retrieval.V1.FilterValue;

namespace Millrace.Retrieval.Tests.Filtering;

/// <summary>The mapping and the evaluator together, against a reading of the contract that is as plain as can be.</summary>
public sealed class DocumentFilterPropertyTests
{
    private static readonly string[] Keys = ["a", "b", "c.d", "c", "c.d.e", "missing"];

    private static readonly JsonNode?[] Scalars =
    [
        "x", "y", "", 1d, 2.5, -3d, 0d, true, false, null, "1", "true",
        "2026-03-01T12:00:00Z", "2026-03-01T13:00:00+01:00", "2025-01-01T00:00:00Z",
    ];

    private static readonly FilterValue[] Values =
    [
        .. Scalars.Where(value => value is not null).Select(value => value!.GetValueKind() switch
        {
            JsonValueKind.String => new FilterValue { Text = (string)value! },
            JsonValueKind.Number => new FilterValue { Number = double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture) },
            _ => new FilterValue { Boolean = (bool)value! },
        }),
    ];

    [Fact]
    public void Allows_RandomFiltersAndMetadata_IsWhatTheContractSays()
    {
        var cases = (from metadata in Metadata(3) from filter in Filters(4) select (metadata, filter)).ToArbitrary();

        Prop.ForAll(cases, one =>
        {
            var document = Documents.With(one.metadata.ToJsonString());
            var expected = Matches(one.filter, one.metadata);
            return (new DocumentFilter(one.filter.ToFilter(), []).Allows(document) == expected)
                .Label($"{one.filter} of {one.metadata.ToJsonString()} should be {expected}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));
    }

    private static Gen<JsonObject> Metadata(int depth) =>
        from a in Node(depth) from b in Node(depth) from d in Node(depth) from hasC in Gen.Elements(true, false)
        select hasC ? new JsonObject { ["a"] = a?.DeepClone(), ["b"] = b?.DeepClone(), ["c"] = new JsonObject { ["d"] = d?.DeepClone() } }
            : new JsonObject { ["b"] = b?.DeepClone(), ["c"] = d?.DeepClone() };

    private static Gen<JsonNode?> Node(int depth)
    {
        var scalar = Gen.Elements(Scalars).Select(value => value?.DeepClone());
        if (depth == 0) return scalar;
        var list = Node(depth - 1).ListOf().Select(nodes => (JsonNode?)new JsonArray([.. nodes.Select(node => node?.DeepClone())]));
        var entry = Node(depth - 1).Select(node => (JsonNode?)new JsonObject { ["e"] = node?.DeepClone() });
        return Gen.Frequency((4, scalar), (2, list), (1, entry));
    }

    private static Gen<Filter> Filters(int depth)
    {
        if (depth == 0) return Comparisons();
        var several = Filters(depth - 1).NonEmptyListOf().Select(filters => new Filters { Filters_ = { filters.Take(3) } });
        return Gen.Frequency(
            (3, Comparisons()),
            (1, several.Select(filters => new Filter { And = filters })),
            (1, several.Select(filters => new Filter { Or = filters })),
            (1, Filters(depth - 1).Select(filter => new Filter { Not = filter })));
    }

    private static Gen<Filter> Comparisons() =>
        from key in Gen.Elements(Keys)
        from comparison in Gen.Elements(Enum.GetValues<ComparisonOperator>()[1..])
        from values in ValuesOf(comparison)
        select new Filter { Comparison = new Comparison { Key = key, Operator = comparison, Values = { values } } };

    private static Gen<FilterValue[]> ValuesOf(ComparisonOperator comparison) => comparison switch
    {
        ComparisonOperator.Exists => Gen.Constant(Array.Empty<FilterValue>()),
        ComparisonOperator.In or ComparisonOperator.NotIn => Gen.Elements(Values).NonEmptyListOf().Select(values => values.ToArray()),
        ComparisonOperator.Equal or ComparisonOperator.NotEqual => Gen.Elements(Values).Select(value => new[] { value }),
        _ => Gen.Elements(Values.Where(HasOrder).ToArray()).Select(value => new[] { value }),
    };

    private static bool Matches(Filter filter, JsonObject metadata) => filter.FilterCase switch
    {
        Filter.FilterOneofCase.And => filter.And.Filters_.All(part => Matches(part, metadata)),
        Filter.FilterOneofCase.Or => filter.Or.Filters_.Any(part => Matches(part, metadata)),
        Filter.FilterOneofCase.Not => !Matches(filter.Not, metadata),
        _ => Matches(filter.Comparison, metadata),
    };

    private static bool Matches(Comparison comparison, JsonObject metadata)
    {
        var there = Found(metadata, comparison.Key.Split('.'));
        var isEqual = there.Any(node => comparison.Values.Any(value => AreEqual(node, value)));
        return comparison.Operator switch
        {
            ComparisonOperator.Exists => there.Count > 0,
            ComparisonOperator.Equal or ComparisonOperator.In => isEqual,
            ComparisonOperator.NotEqual or ComparisonOperator.NotIn => !isEqual,
            _ => there.Any(node => Order(node, comparison.Values[0]) is { } order && comparison.Operator switch
            {
                ComparisonOperator.Less => order < 0,
                ComparisonOperator.LessOrEqual => order <= 0,
                ComparisonOperator.Greater => order > 0,
                _ => order >= 0,
            }),
        };
    }

    // What is there and not null; of a list, its values.
    private static List<JsonNode> Found(JsonNode? node, string[] path)
    {
        foreach (var key in path) node = node is JsonObject entries ? entries[key] : null;
        IEnumerable<JsonNode?> found = node is JsonArray list ? list : new[] { node };
        return [.. found.OfType<JsonNode>()];
    }

    private static bool AreEqual(JsonNode node, FilterValue value) => node.GetValueKind() switch
    {
        JsonValueKind.String => value.ValueCase == FilterValue.ValueOneofCase.Text && (string)node! == value.Text,
        JsonValueKind.Number => value.ValueCase == FilterValue.ValueOneofCase.Number && Number(node) == value.Number,
        JsonValueKind.True or JsonValueKind.False => value.ValueCase == FilterValue.ValueOneofCase.Boolean && (bool)node! == value.Boolean,
        _ => false,
    };

    private static int? Order(JsonNode node, FilterValue value) => node.GetValueKind() switch
    {
        JsonValueKind.Number when value.ValueCase == FilterValue.ValueOneofCase.Number => Number(node).CompareTo(value.Number),
        JsonValueKind.String when value.ValueCase == FilterValue.ValueOneofCase.Text && IsDate((string)node!) && IsDate(value.Text) =>
            Instant((string)node!).CompareTo(Instant(value.Text)),
        _ => null,
    };

    // A node that was made from an integer does not give itself out as anything else; its text does.
    private static double Number(JsonNode node) => double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture);

    private static bool HasOrder(FilterValue value) => value.ValueCase == FilterValue.ValueOneofCase.Number || IsDate(value.Text);

    private static bool IsDate(string text) => text.Length >= 20;

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
