using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Grpc;
using Millrace.ServiceDefaults.Errors;
using ComparisonOperator = Millrace.Contracts.Retrieval.V1.ComparisonOperator;
using Filter = Millrace.Contracts.Retrieval.V1.Filter;
using FilterValue = Millrace.Contracts.Retrieval.V1.FilterValue;
using Mapped = Millrace.Retrieval.Filtering.Filter;

namespace Millrace.Retrieval.Tests.Filtering;

public sealed class FilterMappingTests
{
    [Fact]
    public void ToFilter_None_IsNull()
    {
        Assert.Null(((Filter?)null).ToFilter());
    }

    [Theory]
    [InlineData(ComparisonOperator.Equal, Retrieval.Filtering.ComparisonOperator.In, false)]
    [InlineData(ComparisonOperator.NotEqual, Retrieval.Filtering.ComparisonOperator.In, true)]
    [InlineData(ComparisonOperator.In, Retrieval.Filtering.ComparisonOperator.In, false)]
    [InlineData(ComparisonOperator.NotIn, Retrieval.Filtering.ComparisonOperator.In, true)]
    [InlineData(ComparisonOperator.Less, Retrieval.Filtering.ComparisonOperator.Less, false)]
    [InlineData(ComparisonOperator.LessOrEqual, Retrieval.Filtering.ComparisonOperator.LessOrEqual, false)]
    [InlineData(ComparisonOperator.Greater, Retrieval.Filtering.ComparisonOperator.Greater, false)]
    [InlineData(ComparisonOperator.GreaterOrEqual, Retrieval.Filtering.ComparisonOperator.GreaterOrEqual, false)]
    internal void ToFilter_Comparison_KeepsKeyOperatorAndValue(
        ComparisonOperator comparison, Retrieval.Filtering.ComparisonOperator expected, bool isNegated)
    {
        var mapped = Compare("year", comparison, Number(3)).ToFilter();

        var inner = Assert.IsType<Mapped.Comparison>(isNegated ? Assert.IsType<Mapped.Not>(mapped).Negated : mapped);
        Assert.Equal(("year", expected), (inner.Key, inner.Operator));
        Assert.Equal([Retrieval.Filtering.FilterValue.Of(3)], inner.Values);
    }

    [Fact]
    public void ToFilter_Nested_KeepsTheTree()
    {
        var either = Or(Compare("b", ComparisonOperator.In, Text("x"), Boolean(true)));
        var filter = And(Compare("a", ComparisonOperator.Exists), new Filter { Not = either });

        var and = Assert.IsType<Mapped.And>(filter.ToFilter());
        Assert.Equal("a", Assert.IsType<Mapped.Comparison>(and.Filters[0]).Key);
        var or = Assert.IsType<Mapped.Or>(Assert.IsType<Mapped.Not>(and.Filters[1]).Negated);
        Assert.Equal(
            [Retrieval.Filtering.FilterValue.Of("x"), Retrieval.Filtering.FilterValue.Of(true)],
            Assert.IsType<Mapped.Comparison>(Assert.Single(or.Filters)).Values);
    }

    public static TheoryData<Filter, string> Refused => new()
    {
        { new Filter(), "filter" },
        { new Filter { Not = new Filter() }, "filter.not" },
        { new Filter { And = new Filters() }, "filter.and" },
        { And(Fine(), Compare("", ComparisonOperator.Exists)), "filter.and[1].key" },
        { Or(Fine(), And(Fine(), Fine(), Compare(new string('k', 257), ComparisonOperator.Exists))), "filter.or[1].and[2].key" },
        { new Filter { Not = Compare("$size", ComparisonOperator.Exists) }, "filter.not.key" },
        { Compare("a..b", ComparisonOperator.Exists), "filter.key" },
        { Compare("a", ComparisonOperator.Unspecified), "filter.operator" },
        { Compare("a", (ComparisonOperator)99), "filter.operator" },
        { Compare("a", ComparisonOperator.Exists, Number(1)), "filter.values" },
        { Compare("a", ComparisonOperator.Equal), "filter.values" },
        { Compare("a", ComparisonOperator.Equal, Number(1), Number(2)), "filter.values" },
        { Compare("a", ComparisonOperator.NotIn), "filter.values" },
        { Compare("a", ComparisonOperator.In, [.. Enumerable.Range(0, 257).Select(i => Number(i))]), "filter.values" },
        { Compare("a", ComparisonOperator.Less, Text("soon")), "filter.values[0]" },
        { Compare("a", ComparisonOperator.Greater, Boolean(true)), "filter.values[0]" },
        { Compare("a", ComparisonOperator.In, Text("x"), Text(new string('x', 1025))), "filter.values[1]" },
        { Compare("a", ComparisonOperator.In, Number(double.NaN)), "filter.values[0]" },
        { Compare("a", ComparisonOperator.Less, Number(double.PositiveInfinity)), "filter.values[0]" },
        { Compare("a", ComparisonOperator.In, new FilterValue()), "filter.values[0]" },
        { Nested(9), "filter.not.not.not.not.not.not.not.not" },
        { And([.. Enumerable.Range(0, 65).Select(_ => Fine())]), "filter.and[64]" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void ToFilter_NotValid_IsRefusedByItsPlace(Filter filter, string place)
    {
        var error = Assert.Throws<MillraceException>(() => filter.ToFilter());

        Assert.Equal((Reason.InvalidArgument, place), (error.Reason, error.Param));
        Assert.StartsWith(place, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToFilter_AtTheLimits_IsTaken()
    {
        Assert.NotNull(Nested(8).ToFilter());
        Assert.NotNull(And([.. Enumerable.Range(0, 64).Select(_ => Fine())]).ToFilter());
        FilterValue[] values = [.. Enumerable.Range(0, 256).Select(i => Number(i))];
        Assert.NotNull(Compare(new string('k', 256), ComparisonOperator.In, values).ToFilter());
        Assert.NotNull(Compare("a", ComparisonOperator.Equal, Text(new string('x', 1024))).ToFilter());
        Assert.NotNull(Compare("$updated_at", ComparisonOperator.Less, Text("2026-03-01T12:00:00Z")).ToFilter());
    }

    private static Filter Fine() => Compare("a", ComparisonOperator.Exists);

    private static Filter Nested(int depth) => depth == 1 ? Fine() : new Filter { Not = Nested(depth - 1) };

    private static Filter And(params Filter[] filters) => new() { And = new Filters { Filters_ = { filters } } };

    private static Filter Or(params Filter[] filters) => new() { Or = new Filters { Filters_ = { filters } } };

    private static Filter Compare(string key, ComparisonOperator comparison, params FilterValue[] values) =>
        new() { Comparison = new Comparison { Key = key, Operator = comparison, Values = { values } } };

    private static FilterValue Text(string text) => new() { Text = text };

    private static FilterValue Number(double number) => new() { Number = number };

    private static FilterValue Boolean(bool boolean) => new() { Boolean = boolean };
}
