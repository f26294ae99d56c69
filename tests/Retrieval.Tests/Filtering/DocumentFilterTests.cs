using Millrace.Retrieval.Filtering;

namespace Millrace.Retrieval.Tests.Filtering;

public sealed class DocumentFilterTests
{
    private const string Metadata = """
        {"kind": "faq", "year": 2025, "draft": false, "tags": ["a", "b", 3], "author": {"name": "Ada", "born": null},
         "none": [], "nulls": [null], "objects": [{"x": 1}], "text": "2025", "date": "2026-03-01T12:00:00Z",
         "zoned": "2026-03-01T14:00:00+02:00", "local": "2026-03-01T12:00:00"}
        """;

    [Theory]
    [InlineData("kind", "faq", true)]
    [InlineData("kind", "FAQ", false)]
    [InlineData("tags", "b", true)]
    [InlineData("tags", "c", false)]
    [InlineData("author.name", "Ada", true)]
    [InlineData("author", "Ada", false)]
    [InlineData("author.born", "", false)]
    [InlineData("objects.x", "1", false)]
    [InlineData("missing.name", "Ada", false)]
    [InlineData("$document_id", "shop/returns.md", true)]
    [InlineData("$media_type", "text/markdown", true)]
    [InlineData("$title", "Returns", true)]
    [InlineData("$updated_at", "2026-03-01T12:00:00.000000Z", true)]
    public void Allows_EqualText_ComparesCodeUnits(string key, string value, bool expected)
    {
        Assert.Equal(expected, Allows(key, ComparisonOperator.In, FilterValue.Of(value)));
        Assert.Equal(!expected, Allows(new Filter.Not(Comparison(key, ComparisonOperator.In, FilterValue.Of(value)))));
    }

    [Fact]
    public void Allows_ValuesOfDifferentKinds_AreNeverEqual()
    {
        Assert.True(Allows("year", ComparisonOperator.In, FilterValue.Of(2025)));
        Assert.False(Allows("year", ComparisonOperator.In, FilterValue.Of("2025")));
        Assert.False(Allows("text", ComparisonOperator.In, FilterValue.Of(2025)));
        Assert.False(Allows("draft", ComparisonOperator.In, FilterValue.Of("false"), FilterValue.Of(0)));
        Assert.True(Allows("draft", ComparisonOperator.In, FilterValue.Of("x"), FilterValue.Of(false)));
        Assert.True(Allows("tags", ComparisonOperator.In, FilterValue.Of(3)));
    }

    [Theory]
    [InlineData("kind", true)]
    [InlineData("author", true)]
    [InlineData("author.name", true)]
    [InlineData("author.born", false)]
    [InlineData("none", false)]
    [InlineData("nulls", false)]
    [InlineData("objects", true)]
    [InlineData("missing", false)]
    [InlineData("kind.name", false)]
    [InlineData("$title", true)]
    public void Allows_Exists_IsForWhatIsThereAndNotNull(string key, bool expected)
    {
        Assert.Equal(expected, Allows(key, ComparisonOperator.Exists));
    }

    [Theory]
    [InlineData("year", 2025, false, true, false, true)]
    [InlineData("year", 2024.5, false, false, true, true)]
    [InlineData("tags", 4, true, true, false, false)]
    [InlineData("text", 1, false, false, false, false)]
    [InlineData("draft", 1, false, false, false, false)]
    [InlineData("missing", 1, false, false, false, false)]
    public void Allows_Number_ComparesWithNumbersOnly(string key, double value, params bool[] expected)
    {
        var number = FilterValue.Of(value);

        Assert.Equal(expected[0], Allows(key, ComparisonOperator.Less, number));
        Assert.Equal(expected[1], Allows(key, ComparisonOperator.LessOrEqual, number));
        Assert.Equal(expected[2], Allows(key, ComparisonOperator.Greater, number));
        Assert.Equal(expected[3], Allows(key, ComparisonOperator.GreaterOrEqual, number));
    }

    [Theory]
    [InlineData("date", true)]
    [InlineData("zoned", true)]
    [InlineData("local", false)]
    [InlineData("kind", false)]
    [InlineData("$updated_at", true)]
    public void Allows_Instant_ComparesPointsInTime(string key, bool isInstant)
    {
        var noon = FilterValue.Of("2026-03-01T13:00:00+01:00");

        Assert.Equal(isInstant, Allows(key, ComparisonOperator.LessOrEqual, noon));
        Assert.Equal(isInstant, Allows(key, ComparisonOperator.GreaterOrEqual, noon));
        Assert.False(Allows(key, ComparisonOperator.Less, noon));
    }

    [Fact]
    public void Allows_MissingKey_FailsAComparisonAndPassesItsNegation()
    {
        Assert.False(Allows("missing", ComparisonOperator.Greater, FilterValue.Of(1)));
        Assert.True(Allows(new Filter.Not(Comparison("missing", ComparisonOperator.Greater, FilterValue.Of(1)))));
    }

    [Fact]
    public void Allows_AndOr_NeedAllOrOne()
    {
        var (yes, no) = (Comparison("year", ComparisonOperator.Exists), Comparison("missing", ComparisonOperator.Exists));

        Assert.False(Allows(new Filter.And([yes, no])));
        Assert.True(Allows(new Filter.And([yes, yes])));
        Assert.True(Allows(new Filter.Or([no, yes])));
        Assert.False(Allows(new Filter.Or([no, no])));
    }

    [Theory]
    [InlineData(new string[0], new string[0], true)]
    [InlineData(new string[0], new[] { "hr" }, true)]
    [InlineData(new[] { "hr" }, new string[0], false)]
    [InlineData(new[] { "hr", "board" }, new[] { "sales", "board" }, true)]
    [InlineData(new[] { "hr" }, new[] { "HR" }, false)]
    public void Allows_Labels_OneMustBeHeldUnlessThereIsNone(string[] labels, string[] held, bool expected)
    {
        Assert.Equal(expected, new DocumentFilter(null, held).Allows(Documents.With("{}", labels)));
    }

    [Fact]
    public void Allows_FilterThatPasses_DoesNotOpenWhatNeedsALabel()
    {
        var exists = Comparison("a", ComparisonOperator.Exists);
        var filter = new Filter.Or([exists, new Filter.Not(exists)]);

        Assert.False(new DocumentFilter(filter, []).Allows(Documents.With("{}", "hr")));
    }

    private static bool Allows(string key, ComparisonOperator comparison, params FilterValue[] values) =>
        Allows(Comparison(key, comparison, values));

    private static bool Allows(Filter filter) => new DocumentFilter(filter, []).Allows(Documents.With(Metadata));

    private static Filter.Comparison Comparison(string key, ComparisonOperator comparison, params FilterValue[] values) =>
        new(key, comparison, values);
}
