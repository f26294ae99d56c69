using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Millrace.Contracts.Embedding.V1;
using Millrace.Gateway.Retrieval;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Prompts;

/// <summary>What vectors are to be comparable with.</summary>
/// <param name="Model">The embedding model; empty for the default.</param>
/// <param name="Dimension">Length of the vectors; 0 for the model's own.</param>
/// <param name="Purpose">What the texts are.</param>
public sealed record EmbeddingSpace(string Model, int Dimension, EmbedPurpose Purpose);

/// <summary>Embeds the texts that prompts are made of.</summary>
public sealed class TextEmbedder(EmbeddingService.EmbeddingServiceClient embedding)
{
    /// <summary>Embeds.</summary>
    /// <returns>One vector for each text; null when Embedding does not answer.</returns>
    public async Task<TextVectors?> TryEmbedAsync(IReadOnlyList<string> texts, EmbeddingSpace space, CancellationToken cancellationToken)
    {
        var request = new EmbedRequest
        {
            Model = space.Model, Dimension = (uint)space.Dimension, Purpose = space.Purpose, Truncation = Truncation.End,
            Priority = Models.EmbeddingRuntime.Priority(),
        };
        request.Inputs.Add(texts);
        try
        {
            var response = await embedding.EmbedAsync(request, cancellationToken: cancellationToken);
            return new TextVectors(response.Model, (int)response.Dimension, TextVectors.Read(response.Vectors.Span));
        }
        catch (MillraceException) when (!cancellationToken.IsCancellationRequested)
        {
            // What needs no vectors is done without.
            return null;
        }
    }
}

/// <summary>Vectors of unit length.</summary>
/// <param name="Model">The model that made them.</param>
/// <param name="Dimension">Length of each.</param>
/// <param name="Values">Their values, one vector behind the other.</param>
public sealed record TextVectors(string Model, int Dimension, float[] Values)
{
    /// <summary>The vector of a question.</summary>
    public static TextVectors Of(QueryVector vector) => new(vector.Model, vector.Dimension, Read(vector.Values.Span));

    /// <summary>How alike two texts are: the cosine of their vectors.</summary>
    /// <param name="index">Which of these.</param>
    /// <param name="others">The other vectors, of the same model and length.</param>
    /// <param name="otherIndex">Which of those.</param>
    public double Similarity(int index, TextVectors others, int otherIndex)
    {
        var left = Values.AsSpan(index * Dimension, Dimension);
        var right = others.Values.AsSpan(otherIndex * Dimension, Dimension);
        var sum = 0.0;
        for (var at = 0; at < left.Length; at++) sum += left[at] * right[at];
        return sum;
    }

    /// <summary>Reads packed little-endian values.</summary>
    internal static float[] Read(ReadOnlySpan<byte> packed)
    {
        var values = MemoryMarshal.Cast<byte, float>(packed).ToArray();
        if (BitConverter.IsLittleEndian) return values;
        for (var at = 0; at < values.Length; at++) values[at] = BinaryPrimitives.ReadSingleLittleEndian(packed[(at * sizeof(float))..]);
        return values;
    }
}
