using System.Runtime.InteropServices;

namespace Millrace.Retrieval.Index.Embedded.Words;

/// <summary>
/// The words of each chunk in their order, as <see cref="WordUnits"/> with <see cref="WordUnits.FieldEnd"/> after title and breadcrumb:
/// what stands side by side, and which terms a removed chunk had. Kept in pages, so that growing copies nothing.
/// </summary>
internal sealed class WordSequences
{
    private const int PageBits = 16;
    private const int PageLength = 1 << PageBits;
    private const int HeadUnits = sizeof(int) / sizeof(ushort);

    private readonly List<ushort[]> _pages = [];
    private int _used = PageLength;

    /// <summary>Bytes of the pages.</summary>
    public long Bytes => _pages.Sum(page => (long)page.Length * sizeof(ushort));

    /// <summary>Adds a sequence.</summary>
    /// <returns>Where it is.</returns>
    public int Add(ReadOnlySpan<ushort> units)
    {
        var length = HeadUnits + units.Length;
        if (_used + length > PageLength) AddPage(length);
        var start = ((_pages.Count - 1) << PageBits) | _used;
        var place = _pages[^1].AsSpan(_used, length);
        MemoryMarshal.Write(MemoryMarshal.AsBytes(place), units.Length);
        units.CopyTo(place[HeadUnits..]);
        _used += length;
        return start;
    }

    /// <summary>The sequence at a place.</summary>
    public ReadOnlySpan<ushort> Get(int start)
    {
        var place = CollectionsMarshal.AsSpan(_pages)[start >>> PageBits].AsSpan(start & (PageLength - 1));
        return place.Slice(HeadUnits, MemoryMarshal.Read<int>(MemoryMarshal.AsBytes(place)));
    }

    // A chunk longer than a page has one to itself.
    private void AddPage(int length)
    {
        _pages.Add(new ushort[Math.Max(PageLength, length)]);
        _used = 0;
    }
}
