using Millrace.Retrieval.Encoders;

namespace Millrace.Retrieval.Tests.Fixtures;

/// <summary>An encoder with the vectors and counts of the fake embedding service, or those of a function.</summary>
internal sealed class BagOfWordsEncoder(Func<string, int>? count = null) : IEncoder
{
    /// <summary>Sizes of the batches that were embedded.</summary>
    public List<int> EmbedBatches { get; } = [];

    /// <summary>How often tokens were counted.</summary>
    public int CountCalls { get; private set; }

    public Task<Embeddings> EmbedAsync(
        EncoderChoice encoder, IReadOnlyList<string> texts, TextPurpose purpose, CancellationToken cancellationToken)
    {
        EmbedBatches.Add(texts.Count);
        Assert.DoesNotContain(texts, string.IsNullOrWhiteSpace);
        float[] values = [.. texts.SelectMany(FakeEmbeddingService.Vector)];
        return Task.FromResult(new Embeddings(FakeEmbeddingService.Model, FakeEmbeddingService.Dimension, values));
    }

    public Task<IReadOnlyList<int>> CountTokensAsync(string model, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        CountCalls++;
        return Task.FromResult<IReadOnlyList<int>>([.. texts.Select(count ?? FakeEmbeddingService.CountTokens)]);
    }

    public Task<IReadOnlyList<double>> RerankAsync(string query, IReadOnlyList<string> documents, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
