using Millrace.Contracts.Embedding.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Reranking;

/// <summary>Orders documents for both doors.</summary>
internal sealed class RerankRuntime(EmbeddingService.EmbeddingServiceClient embedding)
{
    /// <summary>Orders documents by a query, best first.</summary>
    /// <exception cref="MillraceException">The model does not exist, or a text is too long for it.</exception>
    public async Task<RerankResponse> RankAsync(RankRequest request, CancellationToken cancellationToken)
    {
        var asked = new RerankRequest
        {
            Model = request.Model, Query = request.Query, TopN = (uint)Math.Min(request.Top, request.Documents.Count),
        };
        asked.Documents.Add(request.Documents);
        return await embedding.RerankAsync(asked, cancellationToken: cancellationToken);
    }
}
