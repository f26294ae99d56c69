using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Millrace.Contracts.Embedding.V1;

namespace Millrace.Bench.Load;

/// <summary>
/// An embedding service whose vectors cost next to nothing and depend on the text alone: what a model computes is no part of what is
/// measured with it. Token counts and tokenizers are a real service's.
/// </summary>
/// <param name="tokens">The real service.</param>
/// <param name="dimension">Length of the vectors.</param>
internal sealed class SeededEncoder(EmbeddingService.EmbeddingServiceClient tokens, int dimension) : EmbeddingService.EmbeddingServiceBase
{
    public override Task<EmbedResponse> Embed(EmbedRequest request, ServerCallContext context)
    {
        var values = new float[request.Inputs.Count * dimension];
        for (var i = 0; i < request.Inputs.Count; i++) Fill(request.Inputs[i], values.AsSpan(i * dimension, dimension));
        return Task.FromResult(new EmbedResponse
        {
            Model = "seeded",
            Dimension = (uint)dimension,
            Vectors = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan())),
            TokenCounts = { request.Inputs.Select(text => (uint)text.Length / 5) },
        });
    }

    public override async Task<CountTokensResponse> CountTokens(CountTokensRequest request, ServerCallContext context)
    {
        request.Model = "";
        return await tokens.CountTokensAsync(request, cancellationToken: context.CancellationToken);
    }

    public override async Task<GetTokenizerResponse> GetTokenizer(GetTokenizerRequest request, ServerCallContext context) =>
        await tokens.GetTokenizerAsync(new GetTokenizerRequest(), cancellationToken: context.CancellationToken);

    // Texts lie around 256 middles, as real ones lie around subjects: neighbours then are neighbours for a reason.
    private static void Fill(string text, Span<float> vector)
    {
        var seed = BitConverter.ToInt32(SHA256.HashData(MemoryMarshal.AsBytes(text.AsSpan())));
        var (own, middle) = (new Random(seed), new Random(seed & 0xFF));
        foreach (ref var value in vector) value = (float)(middle.NextDouble() - 0.5 + (0.6 * (own.NextDouble() - 0.5)));
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
    }
}
