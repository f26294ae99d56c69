using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Millrace.Contracts.Embedding.V1;

namespace Millrace.Bench.Retrieval;

/// <summary>
/// An embedding service without a model: a text's vector comes from its characters alone, so that many chunks are loaded as fast as the
/// retrieval service takes them. Vectors lie around centres, as those of real texts do, and a token is a word.
/// </summary>
internal class SeededEmbedding : EmbeddingService.EmbeddingServiceBase
{
    /// <summary>Length of the vectors.</summary>
    public const int Dimension = 256;

    private const string Model = "seeded";
    private const int Centres = 2_000;
    private const float Spread = 0.7f;
    private const int AddedTokens = 2;

    /// <summary>The vector of a text, of length 1.</summary>
    public static float[] Vector(string text)
    {
        var seed = Seed(text);
        var vector = Normal(seed % Centres);
        TensorPrimitives.MultiplyAdd(Normal(seed), Spread, vector, vector);
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
        return vector;
    }

    public override Task<EmbedResponse> Embed(EmbedRequest request, ServerCallContext context)
    {
        var values = new float[request.Inputs.Count * Dimension];
        Parallel.For(0, request.Inputs.Count, i => Vector(request.Inputs[i]).CopyTo(values, i * Dimension));
        return Task.FromResult(new EmbedResponse
        {
            Model = Model,
            Dimension = Dimension,
            Vectors = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan())),
            TokenCounts = { request.Inputs.Select(Tokens) },
        });
    }

    public override Task<CountTokensResponse> CountTokens(CountTokensRequest request, ServerCallContext context) =>
        Task.FromResult(new CountTokensResponse { Counts = { request.Inputs.Select(Tokens) } });

    // As the real service says of a tokenizer that is not WordPiece.
    public override Task<GetTokenizerResponse> GetTokenizer(GetTokenizerRequest request, ServerCallContext context) =>
        throw new RpcException(new Status(StatusCode.InvalidArgument, "A word is a token here."));

    private static uint Tokens(string text) => (uint)(text.AsSpan().Count(' ') + 1 + AddedTokens);

    private static float[] Normal(int seed)
    {
        var random = new Random(seed);
        var values = new float[Dimension];
        for (var i = 0; i < Dimension; i++) values[i] = (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5);
        return values;
    }

    private static int Seed(string text)
    {
        var hash = 2166136261u;
        foreach (var c in text) hash = (hash ^ c) * 16777619u;
        return (int)(hash & int.MaxValue);
    }
}
