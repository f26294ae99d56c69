using Millrace.Retrieval.Index.Embedded.Words;

namespace Millrace.Retrieval.Tests.Index.Words;

public sealed class TermCountsTests
{
    private static readonly FieldWeights Weights = new(100, 10, 1);

    [Theory]
    [InlineData(0, 0, 255)]
    [InlineData(0, 15, 0)]
    [InlineData(14, 15, 255)]
    [InlineData(15, 14, 255)]
    [InlineData(3, 0, 7)]
    public void Weigh_CountsThatFit_AreAllThere(int title, int breadcrumb, int body) =>
        Assert.Equal(Weights.Weigh(title, breadcrumb, body), TermCounts.Weigh(Of(title, breadcrumb, body), Weights));

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(15, 15, 255)]
    [InlineData(14, 3, 200)]
    [InlineData(0, 16, 0)]
    public void Of_Counts_IsWhatAddingOneByOneGives(int title, int breadcrumb, int body) =>
        Assert.Equal(Of(title, breadcrumb, body), TermCounts.Of(title, breadcrumb, body));

    [Theory]
    [InlineData(16, 0, 0)]
    [InlineData(0, 16, 0)]
    [InlineData(0, 0, 256)]
    [InlineData(15, 15, 255)]
    [InlineData(20, 20, 400)]
    public void Add_MoreThanFits_IsMany(int title, int breadcrumb, int body) =>
        Assert.Equal(TermCounts.Many, Of(title, breadcrumb, body));

    private static ushort Of(params ReadOnlySpan<int> counts)
    {
        ushort packed = 0;
        for (var field = 0; field < counts.Length; field++)
            for (var i = 0; i < counts[field]; i++) packed = TermCounts.Add(packed, field);
        return packed;
    }
}
