using Microsoft.Extensions.Options;
using Millrace.Retrieval.Index.Words;
using Millrace.Retrieval.Search;

namespace Millrace.Retrieval.Index.Qdrant.Bm25;

/// <summary>A sparse vector.</summary>
/// <param name="Values">Its numbers.</param>
/// <param name="Indices">Their positions, ascending, each once.</param>
internal readonly record struct SparseTerms(float[] Values, uint[] Indices)
{
    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => Values is not { Length: > 0 };
}

/// <summary>
/// BM25 in two halves: what a chunk's words count within the chunk is stored here; how rare they are the server multiplies in when it is
/// asked. Words and pairs of telling words have a position each, from a hash of their stems.
/// </summary>
internal sealed class SparseWords(IOptions<QdrantOptions> options, IOptions<RetrievalOptions> retrieval)
{
    private readonly Bm25Options _options = options.Value.Words;
    private readonly SearchOptions _weights = retrieval.Value.Search;

    /// <summary>What is stored of a chunk.</summary>
    public SparseTerms OfChunk(ChunkWords words)
    {
        var counts = new Dictionary<uint, double>();
        var length = Count(counts, words.Title, _weights.TitleWeight)
            + Count(counts, words.Breadcrumb, _weights.BreadcrumbWeight)
            + Count(counts, words.Body, weight: 1);
        var damping = _options.Saturation * (1 - _options.LengthWeight + (_options.LengthWeight * length / _options.WordsPerChunk));
        return ToTerms(counts.Where(entry => entry.Value > 0)
            .Select(entry => (entry.Key, entry.Value * (_options.Saturation + 1) / (entry.Value + damping))));
    }

    /// <summary>What a question asks for: each of its terms once.</summary>
    public static SparseTerms OfQuestion(string text) =>
        ToTerms(KeywordQuery.Terms(text).Select(PositionOf).Distinct().Select(position => (position, 1d)));

    /// <summary>The position of a word, or of words side by side.</summary>
    internal static uint PositionOf(string term) => Position(string.Join(' ', WordTokens.Of(term).Select(token => token.Stem)));

    // A pair counts only where both stand side by side in one field, as a phrase does.
    private static int Count(Dictionary<uint, double> counts, string text, double weight)
    {
        var length = 0;
        var before = default(WordToken);
        foreach (var token in WordTokens.Of(text))
        {
            Add(counts, Position(token.Stem), weight);
            if (before.IsTelling && token.IsTelling) Add(counts, Position($"{before.Stem} {token.Stem}"), weight);
            before = token;
            length++;
        }

        return length;
    }

    private static void Add(Dictionary<uint, double> counts, uint position, double weight) =>
        counts[position] = counts.GetValueOrDefault(position) + weight;

    private static SparseTerms ToTerms(IEnumerable<(uint Position, double Value)> terms)
    {
        var ordered = terms.OrderBy(term => term.Position).ToList();
        return new SparseTerms([.. ordered.Select(term => (float)term.Value)], [.. ordered.Select(term => term.Position)]);
    }

    // FNV-1a with a last stir. It is stored: a change of it is a change of every index.
    private static uint Position(string stems)
    {
        var hash = 2166136261u;
        foreach (var c in stems) hash = (((hash ^ (byte)c) * 16777619u) ^ (byte)(c >> 8)) * 16777619u;
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6Bu;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35u;
        return hash ^ (hash >> 16);
    }
}
