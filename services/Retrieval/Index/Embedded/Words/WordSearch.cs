using System.Buffers;
using System.Numerics;
using Millrace.VectorIndex.Filtering;

namespace Millrace.Retrieval.Index.Embedded.Words;

/// <summary>The best chunks of a search by words.</summary>
/// <param name="Chunks">The chunks, best first; of equal scores the lower id first.</param>
/// <param name="ScoredCount">Chunks that were scored to find them.</param>
internal sealed record WordRanking(IReadOnlyList<ScoredChunk> Chunks, int ScoredCount)
{
    /// <summary>Nothing was found.</summary>
    public static WordRanking Empty { get; } = new([], 0);
}

/// <summary>
/// Finds the best chunks by MaxScore: terms that together cannot lift a chunk among the best are not walked through, but looked up for the
/// chunks that the other terms found. The answer is the same, ties included, as if every chunk were scored: scores are always added up
/// in the same order of terms.
/// </summary>
internal sealed class WordSearch
{
    private const int WindowBits = 12;
    private const int Window = 1 << WindowBits;

    // Sums of the same numbers in another order differ by less.
    private const double Rounding = 1e-12;

    private readonly WordTables _tables;
    private readonly Bm25 _bm25;
    private readonly IdSet? _allowed;
    private readonly TopChunks _top;
    private readonly TermCursor[] _terms;
    private readonly double[] _scoreMaxFrom;
    private readonly double[] _sums;
    private readonly ulong[] _touched = new ulong[Window / 64];
    private int _essential;
    private int _scored;

    private WordSearch(WordTables tables, IReadOnlyList<TermCursor> terms, int countMax, IdSet? allowed, double[] sums)
    {
        (_tables, _allowed, _sums) = (tables, allowed, sums);
        _bm25 = Bm25Of(tables);
        _top = new TopChunks(countMax);
        _terms = [.. terms.OrderByDescending(term => term.ScoreMax)];
        _essential = _terms.Length;
        _scoreMaxFrom = new double[_terms.Length + 1];
        for (var i = _terms.Length - 1; i >= 0; i--) _scoreMaxFrom[i] = _scoreMaxFrom[i + 1] + _terms[i].ScoreMax;
    }

    private double Cutoff => _top.ScoreMin - (Math.Abs(_top.ScoreMin) * Rounding);

    /// <summary>The measure by which the chunks of an index score.</summary>
    public static Bm25 Bm25Of(WordTables tables) => new((double)tables.Chunks.Words / tables.Chunks.Count);

    /// <summary>Finds the best chunks.</summary>
    /// <param name="tables">What to search.</param>
    /// <param name="terms">The terms, with their weights and bounds; each at its first chunk.</param>
    /// <param name="countMax">Most chunks to find, above 0.</param>
    /// <param name="allowed">The chunks that may be found; null for all.</param>
    /// <param name="cancellationToken">Stops it between two windows.</param>
    public static WordRanking Run(
        WordTables tables, IReadOnlyList<TermCursor> terms, int countMax, IdSet? allowed, CancellationToken cancellationToken)
    {
        var sums = ArrayPool<double>.Shared.Rent(Window);
        try
        {
            Array.Clear(sums);
            return new WordSearch(tables, terms, countMax, allowed, sums).Run(cancellationToken);
        }
        finally
        {
            ArrayPool<double>.Shared.Return(sums);
        }
    }

    private WordRanking Run(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            while (_essential > 0 && _scoreMaxFrom[_essential - 1] < Cutoff) _essential--;
            var start = int.MaxValue;
            foreach (var term in _terms.AsSpan(0, _essential)) start = Math.Min(start, term.Ordinal);
            if (start == int.MaxValue) return new WordRanking(_top.Take(), _scored);
            foreach (var term in _terms.AsSpan(0, _essential)) AddUp(term, start);
            Collect(start);
        }
    }

    private void AddUp(TermCursor term, int start)
    {
        var ordinals = term.TakeUntil((int)Math.Min((long)start + Window, int.MaxValue), out var counts);
        var (sums, touched, lengths, bm25, weight) = (_sums, _touched, _tables.Chunks.Lengths, _bm25, term.Weight);
        for (var i = 0; i < ordinals.Length; i++)
        {
            var ordinal = ordinals[i];
            var at = ordinal - start;
            sums[at] += weight * bm25.Share(_tables.Frequency(counts[i], ordinal, term.Units), lengths[ordinal]);
            touched[at >> 6] |= 1UL << at;
        }
    }

    private void Collect(int start)
    {
        for (var word = 0; word < _touched.Length; word++)
        {
            for (var rest = _touched[word]; rest != 0; rest &= rest - 1)
            {
                var at = (word << 6) + BitOperations.TrailingZeroCount(rest);
                Offer(start + at, _sums[at]);
                _sums[at] = 0;
            }

            _touched[word] = 0;
        }
    }

    private void Offer(int ordinal, double sum)
    {
        var cutoff = Cutoff;
        if (sum + _scoreMaxFrom[_essential] < cutoff || _tables.Chunks.IsRemoved(ordinal)) return;
        var chunk = _tables.Chunks[ordinal];
        if (_allowed is not null && !_allowed.Passes(chunk)) return;
        _scored++;
        for (var i = _essential; i < _terms.Length; i++)
        {
            if (sum + _scoreMaxFrom[i] < cutoff) return;
            var term = _terms[i];
            if (!term.TrySeek(ordinal)) continue;
            sum += term.Weight * _bm25.Share(_tables.Frequency(term.Counts, ordinal, term.Units), _tables.Chunks.Lengths[ordinal]);
        }

        _top.Offer(new ScoredChunk(chunk, sum));
    }
}
