using Grpc.Core;
using Millrace.Gateway.Models;
using V1 = Millrace.Contracts.Gateway.V1;

namespace Millrace.Gateway.Rpc;

/// <summary>The gRPC door of the models.</summary>
internal sealed class ModelsRpc(ModelDirectory directory) : V1.Models.ModelsBase
{
    public override async Task<V1.ListModelsResponse> List(V1.ListModelsRequest request, ServerCallContext context)
    {
        var response = new V1.ListModelsResponse();
        response.Models.Add((await directory.ListAsync(context.CancellationToken)).Select(Describe));
        return response;
    }

    private static V1.Model Describe(CatalogModel model) => new()
    {
        Id = model.Id,
        ContextTokensMax = (uint)model.ContextTokensMax,
        Kind = model.Kind switch
        {
            ModelKind.Assistant => V1.ModelKind.Assistant,
            ModelKind.Embedding => V1.ModelKind.Embedding,
            ModelKind.Rerank => V1.ModelKind.Rerank,
            _ => V1.ModelKind.Chat,
        },
    };
}
