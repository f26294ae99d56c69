using System.Collections.Concurrent;
using Millrace.Retrieval.Encoders;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Tests.Fixtures;

/// <summary>Encodes as the fake embedding service does, in this process, and remembers what it was asked.</summary>
internal sealed class FakeEncoder : IEncoder
{
    /// <summary>The Embed calls: model, purpose and texts.</summary>
    public ConcurrentQueue<(string Model, TextPurpose Purpose, string[] Texts)> Embedded { get; } = new();

    /// <summary>How often tokens were counted.</summary>
    public int Counts { get; private set; }

    /// <summary>Texts that were counted.</summary>
    public int CountedTexts { get; private set; }

    /// <summary>What every call ends with; null for an answer.</summary>
    public Reason? Failure { get; set; }

    /// <summary>What calls for answers as they might stand in a document end with.</summary>
    public Reason? PassageFailure { get; init; }

    /// <summary>Scores of the reranker by text; others have the share of query words that the text has.</summary>
    public Dictionary<string, double> RerankScores { get; } = [];

    /// <summary>Counts the tokens of a text.</summary>
    public Func<string, int> CountTokens { get; init; } = FakeEmbeddingService.CountTokens;

    /// <summary>Length of the vectors where the caller names none.</summary>
    public int Dimension { get; set; } = FakeEmbeddingService.Dimension;

    /// <summary>What every call for vectors waits for.</summary>
    public Task BeforeEmbedding { get; init; } = Task.CompletedTask;

    public async Task<Embeddings> EmbedAsync(
        EncoderChoice encoder, IReadOnlyList<string> texts, TextPurpose purpose, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Embedded.Enqueue((encoder.Model, purpose, [.. texts]));
        await BeforeEmbedding;
        var failure = Failure ?? (purpose == TextPurpose.Passage ? PassageFailure : null);
        if (failure is { } reason) throw new MillraceException(reason, "down");
        var dimension = encoder.Dimension == 0 ? Dimension : encoder.Dimension;
        float[] values = [.. texts.SelectMany(text => FakeEmbeddingService.Vector(text).Take(dimension))];
        return new Embeddings(encoder.Model, dimension, values);
    }

    public Task<IReadOnlyList<int>> CountTokensAsync(string model, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        Counts++;
        CountedTexts += texts.Count;
        if (Failure is { } reason) throw new MillraceException(reason, "down");
        return Task.FromResult<IReadOnlyList<int>>([.. texts.Select(CountTokens)]);
    }

    public Task<IReadOnlyList<double>> RerankAsync(string query, IReadOnlyList<string> documents, CancellationToken cancellationToken)
    {
        if (Failure is { } reason) throw new MillraceException(reason, "down");
        var words = query.Split(' ');
        return Task.FromResult<IReadOnlyList<double>>(
        [
            .. documents.Select(text => RerankScores.TryGetValue(text, out var score)
                ? score
                : words.Count(word => text.Contains(word, StringComparison.Ordinal)) / (double)words.Length),
        ]);
    }
}
