using System.Runtime.InteropServices;

namespace Millrace.Retrieval.Index.Embedded.Words;

/// <summary>
/// The words of each chunk in their order, as numbers of terms, with <see cref="FieldEnd"/> after title and breadcrumb: what stands side by
/// side, and which terms a removed chunk had. Kept in pages, so that growing copies nothing.
/// </summary>
internal sealed class WordSequences
{
    /// <summary>Stands between two fields. It is the number of no term.</summary>
    public const int FieldEnd = -1;

    /// <summary>Fields of a chunk.</summary>
    public const int Fields = 3;

    private const int PageBits = 16;
    private const int PageLength = 1 << PageBits;

    private readonly List<int[]> _pages = [];
    private int _used = PageLength;

    /// <summary>Bytes of the pages.</summary>
    public long Bytes => _pages.Sum(page => (long)page.Length * sizeof(int));

    /// <summary>Adds a sequence.</summary>
    /// <returns>Where it is.</returns>
    public int Add(ReadOnlySpan<int> words)
    {
        if (_used + words.Length > PageLength) AddPage(words.Length);
        var start = ((_pages.Count - 1) << PageBits) | _used;
        words.CopyTo(_pages[^1].AsSpan(_used));
        _used += words.Length;
        return start;
    }

    /// <summary>A sequence.</summary>
    /// <param name="start">Where it is.</param>
    /// <param name="words">Words of the chunk.</param>
    public ReadOnlySpan<int> Get(int start, int words) =>
        CollectionsMarshal.AsSpan(_pages)[start >>> PageBits].AsSpan(start & (PageLength - 1), words + Fields - 1);

    // A chunk longer than a page has one to itself.
    private void AddPage(int length)
    {
        _pages.Add(new int[Math.Max(PageLength, length)]);
        _used = 0;
    }
}
