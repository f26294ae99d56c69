namespace Millrace.Retrieval.Index.Embedded.Words;

/// <summary>The stems of a word index, numbered as they come, and where each is. One writer; who reads holds the index's lock.</summary>
internal sealed class TermTable
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _numbersBySpan;
    private PostingList[] _postings = [];

    /// <summary>A table without terms.</summary>
    public TermTable() => _numbersBySpan = _numbers.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Terms.</summary>
    public int Count => _numbers.Count;

    /// <summary>All stems with their numbers.</summary>
    public IEnumerable<KeyValuePair<string, int>> Numbers => _numbers;

    /// <summary>Entries of all terms, also of chunks that were removed since.</summary>
    public long EntryCount => _postings.Take(Count).Sum(list => (long)list.Count);

    /// <summary>Bytes, with what the runtime adds to strings and arrays.</summary>
    public long Bytes => _postings.Take(Count).Sum(list => list.Bytes + 72) + (_postings.Length * 40L) + (_numbers.Capacity * 28L)
        + _numbers.Keys.Sum(stem => 24L + (2 * stem.Length));

    /// <summary>Where a term is.</summary>
    public ref PostingList this[int number] => ref _postings[number];

    /// <summary>The number of a stem, if any chunk had it.</summary>
    public int? Find(string stem) => _numbers.TryGetValue(stem, out var number) ? number : null;

    /// <summary>The number of a stem, which is added where it is new.</summary>
    public int GetOrAdd(ReadOnlySpan<char> stem) => _numbersBySpan.TryGetValue(stem, out var number) ? number : Add(stem.ToString());

    /// <summary>Adds a stem that is new.</summary>
    public int Add(string stem)
    {
        var number = Count;
        if (number == WordUnits.TermsMax) throw new InvalidOperationException($"An index has at most {number} different words.");
        _numbers.Add(stem, number);
        if (number == _postings.Length) Array.Resize(ref _postings, Math.Max(16, number + (number / 2)));
        return number;
    }
}
