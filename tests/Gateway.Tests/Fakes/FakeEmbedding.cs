using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Grpc.Core;
using Millrace.Contracts.Embedding.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Tests.Fakes;

/// <summary>Embeds every text as two numbers, the same ones unless a test says otherwise.</summary>
internal sealed class FakeEmbedding : EmbeddingService.EmbeddingServiceBase
{
    public static readonly float[] Vector = [0.6f, -0.8f];

    /// <summary>Whether the service is away.</summary>
    public bool IsAway { get; set; }

    /// <summary>The vector of a text.</summary>
    public Func<string, float[]> VectorOf { get; set; } = _ => Vector;

    public ConcurrentQueue<EmbedRequest> Requests { get; } = new();

    public override Task<EmbedResponse> Embed(EmbedRequest request, ServerCallContext context)
    {
        if (IsAway) throw new RpcException(new Status(StatusCode.Unavailable, "away"));
        Requests.Enqueue(request);
        if (request.Model is not ("" or "tiny-embed"))
            throw new MillraceException(Reason.ModelNotFound, $"The model '{request.Model}' does not exist.") { Param = "model" };
        if (request.Dimension > 2) throw MillraceException.InvalidArgument("dimensions", "'dimensions' must be at most 2.");

        var values = request.Inputs.SelectMany(VectorOf).ToArray();
        var response = new EmbedResponse
        {
            Model = "tiny-embed",
            Dimension = 2,
            Vectors = Google.Protobuf.ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan())),
        };
        response.TokenCounts.Add(request.Inputs.Select(_ => 4u));
        return Task.FromResult(response);
    }

    /// <summary>Scores by length: the longest document is the best.</summary>
    public override Task<RerankResponse> Rerank(RerankRequest request, ServerCallContext context)
    {
        var response = new RerankResponse { Model = "tiny-rerank", TotalTokens = 20 };
        var ranked = request.Documents.Select((text, index) => new RerankResult { Index = (uint)index, Score = text.Length / 100f })
            .OrderByDescending(result => result.Score);
        response.Results.Add(request.TopN == 0 ? ranked : ranked.Take((int)request.TopN));
        return Task.FromResult(response);
    }

    public override Task<ListModelsResponse> ListModels(ListModelsRequest request, ServerCallContext context)
    {
        if (IsAway) throw new RpcException(new Status(StatusCode.Unavailable, "away"));
        var response = new ListModelsResponse();
        response.Models.Add(
            new EncoderModel { Name = "tiny-embed", Task = EncoderTask.Embed, Dimension = 2, ContextTokensMax = 512, IsDefault = true });
        response.Models.Add(new EncoderModel { Name = "tiny-rerank", Task = EncoderTask.Rerank, ContextTokensMax = 512 });
        return Task.FromResult(response);
    }
}
