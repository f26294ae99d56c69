using System.Collections.Concurrent;
using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Index;

namespace Millrace.Retrieval.Tests.Fixtures;

/// <summary>An index whose answers are written down, and which remembers what it was asked.</summary>
internal sealed class FakeChunkIndex : IChunkIndex
{
    private int _running;

    /// <summary>Answers by words, by collection's row and text.</summary>
    public Dictionary<(long Collection, string Text), ScoredChunk[]> Words { get; } = [];

    /// <summary>Answers by meaning, by collection's row.</summary>
    public Dictionary<long, ScoredChunk[]> Meaning { get; } = [];

    /// <summary>The fused answer; null for a store that does not fuse.</summary>
    public ScoredChunk[]? Fused { get; init; }

    /// <summary>What was asked by meaning.</summary>
    public ConcurrentQueue<(IndexId Index, DenseQuery Query)> DenseQueries { get; } = new();

    /// <summary>What was asked by words.</summary>
    public ConcurrentQueue<(IndexId Index, WordQuery Query)> WordQueries { get; } = new();

    /// <summary>What was asked for both.</summary>
    public ConcurrentQueue<FusedQuery> FusedQueries { get; } = new();

    /// <summary>Runs before each answer.</summary>
    public Func<CancellationToken, Task> BeforeAnswer { get; init; } = _ => Task.CompletedTask;

    /// <summary>Most questions that were open at the same time.</summary>
    public int RunningMax { get; private set; }

    public async Task<IndexRanking> DenseAsync(IndexId index, DenseQuery query, CancellationToken cancellationToken)
    {
        DenseQueries.Enqueue((index, query));
        await AnswerAsync(cancellationToken);
        return new IndexRanking(Meaning.GetValueOrDefault(index.Collection, []), "exact scan", VisitedCount: 7);
    }

    public async Task<IndexRanking> KeywordAsync(IndexId index, WordQuery query, CancellationToken cancellationToken)
    {
        WordQueries.Enqueue((index, query));
        await AnswerAsync(cancellationToken);
        return new IndexRanking(Words.GetValueOrDefault((index.Collection, query.Text), []), "full text", VisitedCount: 0);
    }

    public Task<IndexRanking?> TryFusedAsync(IndexId index, FusedQuery query, CancellationToken cancellationToken)
    {
        FusedQueries.Enqueue(query);
        return Task.FromResult(Fused is null ? null : new IndexRanking(Fused, "fused", VisitedCount: 0));
    }

    public Task OpenAsync(IndexSettings settings, CancellationToken cancellationToken) => throw Unexpected();

    public Task DropAsync(IndexId index, CancellationToken cancellationToken) => throw Unexpected();

    public Task PutAsync(IndexId index, IReadOnlyList<IndexDocument> documents, CancellationToken cancellationToken) => throw Unexpected();

    public Task RemoveAsync(IndexId index, IReadOnlyCollection<long> chunks, CancellationToken cancellationToken) => throw Unexpected();

    public Task SetAttributesAsync(IndexId index, DocumentAttributes document, CancellationToken cancellationToken) => throw Unexpected();

    public IAsyncEnumerable<long> ChunksAsync(IndexId index, CancellationToken cancellationToken) => throw Unexpected();

    private static InvalidOperationException Unexpected() => new("A search only asks.");

    private async Task AnswerAsync(CancellationToken cancellationToken)
    {
        var running = Interlocked.Increment(ref _running);
        lock (WordQueries) RunningMax = Math.Max(RunningMax, running);
        await BeforeAnswer(cancellationToken);
        Interlocked.Decrement(ref _running);
    }
}
