using Millrace.Retrieval.Index.Embedded.Words;

namespace Millrace.Retrieval.Tests.Index.Words;

public sealed class WordUnitsTests
{
    private static readonly int[] Terms = [0, 1, 0xBFFF, 0xC000, 0xC000 + 0x1FFE, 0xC000 + 0x1FFF, 1_000_000, WordUnits.TermsMax - 1];

    [Fact]
    public void Read_Terms_AreThoseThatWereWritten()
    {
        var units = WordUnits.Of(Terms);
        units = [.. units, WordUnits.FieldEnd, .. units];

        List<int> read = [];
        foreach (var term in WordUnits.Read(units)) read.Add(term);

        Assert.Equal([.. Terms, WordUnits.NoTerm, .. Terms], read);
    }

    [Fact]
    public void Of_Term_IsNoPartOfAnotherOrOfTwo()
    {
        foreach (var one in Terms)
            foreach (var other in Terms)
                foreach (var third in Terms.Where(term => term != one && term != other))
                    Assert.Equal(-1, WordUnits.Of(one, other).AsSpan().IndexOf(WordUnits.Of(third)));
    }
}
