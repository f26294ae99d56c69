using Grpc.Core;
using Millrace.Gateway.Reranking;
using Millrace.ServiceDefaults.Errors;
using V1 = Millrace.Contracts.Gateway.V1;

namespace Millrace.Gateway.Rpc;

/// <summary>The gRPC door of the ordering of documents.</summary>
internal sealed class RerankRpc(RerankRuntime runtime) : V1.Rerank.RerankBase
{
    public override async Task<V1.RankResponse> Rank(V1.RankRequest request, ServerCallContext context)
    {
        if (request.Documents.Count is 0 or > RerankRequestReader.DocumentsMax)
            throw MillraceException.InvalidArgument("documents", $"'documents' must have 1 to {RerankRequestReader.DocumentsMax} texts.");
        if (string.IsNullOrWhiteSpace(request.Query)) throw MillraceException.InvalidArgument("query", "'query' is missing or blank.");
        var asked = new RankRequest(
            request.Model, request.Query, request.Documents, (int)Math.Min(request.TopN, int.MaxValue), ReturnDocuments: false);
        var ranked = await runtime.RankAsync(asked, context.CancellationToken);
        var response = new V1.RankResponse { Model = ranked.Model, TotalTokens = ranked.TotalTokens };
        response.Results.Add(ranked.Results.Select(result => new V1.RankResult { Index = result.Index, Score = result.Score }));
        return response;
    }
}
