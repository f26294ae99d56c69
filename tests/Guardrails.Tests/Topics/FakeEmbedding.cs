using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Millrace.Contracts.Embedding.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Guardrails.Tests.Topics;

/// <summary>Vectors of the words alone: texts are as similar as they have words in common.</summary>
internal sealed class FakeEmbedding : EmbeddingService.EmbeddingServiceClient
{
    private const int Dimension = 256;

    /// <summary>The texts that were embedded, oldest first.</summary>
    public List<string> Embedded { get; } = [];

    /// <summary>Whether the service is away.</summary>
    public bool IsAway { get; set; }

    public override AsyncUnaryCall<EmbedResponse> EmbedAsync(EmbedRequest request, CallOptions options)
    {
        if (IsAway) throw new MillraceException(Reason.UpstreamUnavailable, "away");
        Embedded.AddRange(request.Inputs);
        float[] values = [.. request.Inputs.SelectMany(VectorOf)];
        var response = new EmbedResponse
        {
            Model = "words", Dimension = Dimension, Vectors = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values)),
        };
        return new AsyncUnaryCall<EmbedResponse>(
            Task.FromResult(response), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
    }

    private static float[] VectorOf(string text)
    {
        var vector = new float[Dimension];
        foreach (var word in text.ToLowerInvariant().Split([' ', '.', '?', ',', '!'], StringSplitOptions.RemoveEmptyEntries))
            vector[word.Aggregate(17, (hash, c) => ((hash * 31) + c) & 0xFFFF) % Dimension]++;
        var length = MathF.Sqrt(vector.Sum(value => value * value));
        return [.. vector.Select(value => value / Math.Max(length, 1))];
    }
}
