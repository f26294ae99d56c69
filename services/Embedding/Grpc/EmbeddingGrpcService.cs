using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Millrace.Contracts.Embedding.V1;
using Millrace.Embedding.Models;
using Millrace.ServiceDefaults.Errors;
using ContractTask = Millrace.Contracts.Embedding.V1.EncoderTask;

namespace Millrace.Embedding.Grpc;

/// <summary>Speaks gRPC for the encoders.</summary>
internal sealed class EmbeddingGrpcService(Embedder embedder, Reranker reranker, EncoderCatalog catalog)
    : EmbeddingService.EmbeddingServiceBase
{
    public override async Task<EmbedResponse> Embed(EmbedRequest request, ServerCallContext context)
    {
        var embeddings = await embedder.EmbedAsync(ToCommand(request), context.CancellationToken);
        return new EmbedResponse
        {
            Model = embeddings.Model,
            Dimension = (uint)embeddings.Dimension,
            Vectors = Pack(embeddings),
            TokenCounts = { embeddings.TokenCounts.Select(count => (uint)count) },
        };
    }

    public override async Task<RerankResponse> Rerank(RerankRequest request, ServerCallContext context)
    {
        var topN = (int)Math.Min(request.TopN, int.MaxValue);
        var ranking = await reranker.RankAsync(request.Model, request.Query, request.Documents, topN, context.CancellationToken);
        return new RerankResponse
        {
            Model = ranking.Model,
            TotalTokens = (uint)ranking.TokenCount,
            Results = { ranking.Documents.Select(document => new RerankResult { Index = (uint)document.Index, Score = document.Score }) },
        };
    }

    public override Task<CountTokensResponse> CountTokens(CountTokensRequest request, ServerCallContext context)
    {
        var counts = embedder.CountTokens(request.Model, request.Inputs);
        return Task.FromResult(new CountTokensResponse { Counts = { counts.Select(count => (uint)count) } });
    }

    public override Task<GetTokenizerResponse> GetTokenizer(GetTokenizerRequest request, ServerCallContext context)
    {
        var (encoder, vocabulary) = embedder.TokenizerOf(request.Model);
        return Task.FromResult(new GetTokenizerResponse
        {
            Model = encoder.Name,
            Vocabulary = { vocabulary.Tokens },
            LowerCase = vocabulary.LowerCase,
            UnknownToken = vocabulary.UnknownToken,
            AddedTokens = (uint)vocabulary.AddedTokens,
            Fingerprint = vocabulary.Fingerprint,
            ContextTokensMax = (uint)encoder.Engine.TextTokensMax,
        });
    }

    public override Task<ListModelsResponse> ListModels(ListModelsRequest request, ServerCallContext context)
    {
        var models = catalog.Encoders.OrderBy(encoder => encoder.Name, StringComparer.Ordinal).Select(encoder => new EncoderModel
        {
            Name = encoder.Name,
            Task = (ContractTask)encoder.Task,
            Dimension = (uint)encoder.Dimension,
            ContextTokensMax = (uint)encoder.Engine.TextTokensMax,
            IsDefault = catalog.Find("", encoder.Task) == encoder,
            ShorterDimensions = { encoder.ShorterDimensions.Select(length => (uint)length) },
        });
        return Task.FromResult(new ListModelsResponse { Models = { models } });
    }

    private static EmbedCommand ToCommand(EmbedRequest request) => new(
        request.Model,
        request.Inputs,
        AreQueries: Known(request.Purpose, "purpose") == EmbedPurpose.Query,
        (int)Math.Min(request.Dimension, int.MaxValue),
        Truncate: Known(request.Truncation, "truncation") == Truncation.End)
    {
        IsLater = Known(request.Priority, "priority") == EmbedPriority.Batch,
    };

    private static T Known<T>(T value, string param)
        where T : struct, Enum => Enum.IsDefined(value)
        ? value
        : throw MillraceException.InvalidArgument(param, $"{param} is {value}, which is not one of its values.");

    /// <summary>One vector behind the other, as little-endian float32,
    /// which is what memory holds on every platform that llama.cpp is packaged for.</summary>
    private static ByteString Pack(Embeddings embeddings)
    {
        var packed = new float[embeddings.Vectors.Length * embeddings.Dimension];
        for (var i = 0; i < embeddings.Vectors.Length; i++) embeddings.Vectors[i].CopyTo(packed, i * embeddings.Dimension);
        return ByteString.CopyFrom(MemoryMarshal.AsBytes(packed.AsSpan()));
    }
}
