using Millrace.Retrieval.Context;
using Millrace.Retrieval.Search;
using Millrace.Retrieval.Store;
using Millrace.Retrieval.Tests.Fixtures;

namespace Millrace.Retrieval.Tests.Context;

/// <summary>Documents in memory, cut at given places, as the store would have them.</summary>
internal sealed class SampleDocuments : IPassageTexts
{
    private readonly Dictionary<long, (string Text, List<StoredPassage> Chunks)> _documents = [];
    private long _rows;

    /// <summary>Spans that were read.</summary>
    public int Spans { get; private set; }

    /// <summary>Documents that the caller may not see any more.</summary>
    public HashSet<long> Hidden { get; } = [];

    /// <summary>The text of a document.</summary>
    public string TextOf(StoredPassage passage) => _documents[passage.Edition].Text;

    /// <summary>Adds a document with chunks at these places, in reading order.</summary>
    public IReadOnlyList<StoredPassage> Add(string id, string text, params IEnumerable<(int Start, int Length)> chunks)
    {
        var edition = _documents.Count + 1;
        List<StoredPassage> passages =
        [
            .. chunks.Select((place, i) => Found.Passage(++_rows, text.Substring(place.Start, place.Length)) with
            {
                Edition = edition,
                Document = new DocumentKey(new CollectionKey("tenant", "c"), id),
                Ordinal = i,
                Start = place.Start,
            }),
        ];
        _documents[edition] = (text, passages);
        return passages;
    }

    /// <summary>Adds a document whose paragraphs are its chunks.</summary>
    public IReadOnlyList<StoredPassage> Paragraphs(string id, params string[] paragraphs)
    {
        var text = string.Join("\n\n", paragraphs);
        return Add(id, text, paragraphs.Select((paragraph, i) => (paragraphs.Take(i).Sum(before => before.Length + 2), paragraph.Length)));
    }

    /// <summary>Passages as hits, best first.</summary>
    public static IReadOnlyList<SearchHit> Hits(params IEnumerable<StoredPassage> passages) =>
        [.. passages.Select((passage, i) => new SearchHit(passage, 1.0 / (i + 1), []))];

    public IReadOnlyList<StoredPassage> Neighbours(StoredPassage passage, int count, IReadOnlyList<string> heldLabels) =>
        Hidden.Contains(passage.Edition)
        ? []
        : [.. _documents[passage.Edition].Chunks.Where(chunk => Math.Abs(chunk.Ordinal - passage.Ordinal) <= count)];

    public string? Span(StoredPassage passage, int start, int length)
    {
        Spans++;
        return Hidden.Contains(passage.Edition) ? null : TextOf(passage).Substring(start, length);
    }
}
