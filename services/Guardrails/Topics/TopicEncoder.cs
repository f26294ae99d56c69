using System.Runtime.InteropServices;
using Millrace.Contracts.Embedding.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Guardrails.Topics;

/// <summary>Texts as vectors of length 1, by the Embedding service.</summary>
/// <param name="client">Makes the client when it is first needed: without topics, no address of the service is needed either.</param>
/// <param name="time">The clock.</param>
internal sealed class TopicEncoder(Func<EmbeddingService.EmbeddingServiceClient> client, TimeProvider time)
{
    /// <summary>Embeds texts.</summary>
    /// <param name="options">Which model, and how long it is waited for.</param>
    /// <param name="texts">The texts; none empty.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>As many vectors.</returns>
    /// <exception cref="MillraceException">Embedding refuses, or does not answer in time.</exception>
    public async Task<float[][]> EncodeAsync(TopicOptions options, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var request = new EmbedRequest
        {
            Model = options.Model, Inputs = { texts }, Purpose = EmbedPurpose.Query, Truncation = Truncation.End,
        };
        var deadline = time.GetUtcNow().UtcDateTime + options.Timeout;
        var response = await client().EmbedAsync(request, deadline: deadline, cancellationToken: cancellationToken);
        var values = MemoryMarshal.Cast<byte, float>(response.Vectors.Span);
        var dimension = (int)response.Dimension;
        if (dimension == 0 || values.Length != texts.Count * dimension)
            throw new MillraceException(
                Reason.Internal, "The embedding service returned another number of vectors. Run one version of both.");
        var vectors = new float[texts.Count][];
        for (var i = 0; i < vectors.Length; i++) vectors[i] = values.Slice(i * dimension, dimension).ToArray();
        return vectors;
    }
}
