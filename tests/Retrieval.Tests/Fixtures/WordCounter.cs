using Millrace.Retrieval.Chunking;

namespace Millrace.Retrieval.Tests.Fixtures;

/// <summary>Counts as the fake embedding service does, or as <paramref name="count"/> says, and remembers how often it was asked.</summary>
internal sealed class WordCounter(Func<string, int>? count = null) : ITokenCounter
{
    public int Calls { get; private set; }

    public Task<IReadOnlyList<int>> CountAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        Calls++;
        Assert.DoesNotContain(texts, string.IsNullOrEmpty);
        return Task.FromResult<IReadOnlyList<int>>([.. texts.Select(count ?? FakeEmbeddingService.CountTokens)]);
    }
}
