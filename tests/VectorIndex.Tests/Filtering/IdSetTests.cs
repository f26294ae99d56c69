using Millrace.VectorIndex.Filtering;

namespace Millrace.VectorIndex.Tests.Filtering;

public sealed class IdSetTests
{
    public static TheoryData<string, long[]> Sets => new()
    {
        { "none", [] },
        { "few", [5, 1, 1, 70_000, -3, long.MaxValue, long.MinValue] },
        { "many in one group", [.. Enumerable.Range(0, 9_000).Select(i => (long)(i * 7))] },
        { "below zero", [.. Enumerable.Range(0, 6_000).Select(i => -(long)i)] },
    };

    [Theory]
    [MemberData(nameof(Sets))]
    public void Of_AnyIds_HasThoseAndNoOthers(string name, long[] ids)
    {
        var set = IdSet.Of(ids);
        var expected = ids.ToHashSet();

        Assert.True(expected.Count == set.Count, name);
        Assert.Equal(expected.Order(), set.Ids!.Order());
        Assert.All(ids, id => Assert.True(set.Passes(id)));
        Assert.All(Enumerable.Range(-100, 70_200), id => Assert.Equal(expected.Contains(id), set.Passes(id)));
    }
}
