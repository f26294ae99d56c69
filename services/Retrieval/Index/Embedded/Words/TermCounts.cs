namespace Millrace.Retrieval.Index.Embedded.Words;

/// <summary>
/// How often a term is in the fields of a chunk, in 16 bits: 8 for the text, 4 for the breadcrumb and 4 for the title. Where a field has
/// more than fits, all bits are set, and the words of the chunk must be counted.
/// </summary>
internal static class TermCounts
{
    /// <summary>More than fits.</summary>
    public const ushort Many = ushort.MaxValue;

    /// <summary>Below it, the term is in the text only, and the value is how often.</summary>
    public const ushort BodyEnd = 1 << BodyBits;

    private const int BodyBits = 8;
    private const int HeadBits = 4;
    private const int BodyMax = (1 << BodyBits) - 1;
    private const int HeadMax = (1 << HeadBits) - 1;

    /// <summary>One more in a field: 0 is the title, 1 the breadcrumb, 2 the text.</summary>
    public static ushort Add(ushort counts, int field)
    {
        if (counts == Many) return Many;
        var (shift, max) = field switch
        {
            0 => (BodyBits + HeadBits, HeadMax),
            1 => (BodyBits, HeadMax),
            _ => (0, BodyMax),
        };
        return ((counts >> shift) & max) == max ? Many : (ushort)(counts + (1 << shift));
    }

    /// <summary>So often in each field.</summary>
    public static ushort Of(int title, int breadcrumb, int body) => title > HeadMax || breadcrumb > HeadMax || body > BodyMax
        ? Many
        : (ushort)((title << (BodyBits + HeadBits)) | (breadcrumb << BodyBits) | body);

    /// <summary>The frequency by which a term counts; not for <see cref="Many"/>.</summary>
    public static double Weigh(ushort counts, FieldWeights weights) =>
        weights.Weigh(counts >> (BodyBits + HeadBits), (counts >> BodyBits) & HeadMax, counts & BodyMax);
}
