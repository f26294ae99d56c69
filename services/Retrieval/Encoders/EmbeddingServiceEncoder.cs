using System.Runtime.InteropServices;
using Millrace.Contracts.Embedding.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Encoders;

/// <summary>The encoders of the Embedding service, called in batches.</summary>
internal sealed class EmbeddingServiceEncoder(EmbeddingService.EmbeddingServiceClient client) : IEncoder
{
    private const int TextsMax = 2048;
    private const int CharsMax = 4 * 1024 * 1024;

    /// <inheritdoc/>
    public async Task<Embeddings> EmbedAsync(
        EncoderChoice encoder, IReadOnlyList<string> texts, TextPurpose purpose, CancellationToken cancellationToken)
    {
        var request = new EmbedRequest
        {
            Model = encoder.Model,
            Dimension = (uint)encoder.Dimension,
            Inputs = { texts },
            Purpose = purpose == TextPurpose.Query ? EmbedPurpose.Query : EmbedPurpose.Passage,
            Truncation = Truncation.End,
        };
        var response = await client.EmbedAsync(request, cancellationToken: cancellationToken);
        var values = MemoryMarshal.Cast<byte, float>(response.Vectors.Span).ToArray();
        if (response.Dimension == 0 || values.Length != texts.Count * response.Dimension)
            throw Malformed($"{values.Length} values for {texts.Count} vectors of length {response.Dimension}");
        return new Embeddings(response.Model, (int)response.Dimension, values);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<int>> CountTokensAsync(string model, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var counts = new List<int>(texts.Count);
        foreach (var batch in Batches(texts))
        {
            var request = new CountTokensRequest { Model = model, Inputs = { batch } };
            var response = await client.CountTokensAsync(request, cancellationToken: cancellationToken);
            if (response.Counts.Count != batch.Count) throw Malformed($"{response.Counts.Count} counts for {batch.Count} texts");
            counts.AddRange(response.Counts.Select(count => (int)count));
        }

        return counts;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<double>> RerankAsync(string query, IReadOnlyList<string> documents, CancellationToken cancellationToken)
    {
        var request = new RerankRequest { Query = query, Documents = { documents } };
        var response = await client.RerankAsync(request, cancellationToken: cancellationToken);
        var scores = new double[documents.Count];
        Array.Fill(scores, double.NegativeInfinity);
        foreach (var result in response.Results)
        {
            if (result.Index >= scores.Length) throw Malformed($"a score for document {result.Index} of {documents.Count}");
            scores[result.Index] = result.Score;
        }

        return scores;
    }

    private static IEnumerable<List<string>> Batches(IReadOnlyList<string> texts)
    {
        List<string> batch = [];
        var chars = 0;
        foreach (var text in texts)
        {
            if (batch.Count == TextsMax || (batch.Count > 0 && chars + text.Length > CharsMax))
            {
                yield return batch;
                (batch, chars) = ([], 0);
            }

            batch.Add(text);
            chars += text.Length;
        }

        if (batch.Count > 0) yield return batch;
    }

    private static MillraceException Malformed(string what) =>
        new(Reason.Internal, $"The embedding service returned {what}. Run the same version of both services.");
}
