using Grpc.Core;
using Millrace.Bench.Retrieval;
using Millrace.Contracts.Embedding.V1;

namespace Millrace.Bench.Load;

/// <summary>Vectors that cost next to nothing, beside the token counts and the tokenizer of a real service.</summary>
/// <param name="tokens">The real service.</param>
internal sealed class SeededEncoder(EmbeddingService.EmbeddingServiceClient tokens) : SeededEmbedding
{
    public override async Task<CountTokensResponse> CountTokens(CountTokensRequest request, ServerCallContext context)
    {
        request.Model = "";
        return await tokens.CountTokensAsync(request, cancellationToken: context.CancellationToken);
    }

    public override async Task<GetTokenizerResponse> GetTokenizer(GetTokenizerRequest request, ServerCallContext context) =>
        await tokens.GetTokenizerAsync(new GetTokenizerRequest(), cancellationToken: context.CancellationToken);
}
