using Grpc.Core;
using Millrace.Gateway.Models;
using Millrace.ServiceDefaults.Errors;
using V1 = Millrace.Contracts.Gateway.V1;

namespace Millrace.Gateway.Rpc;

/// <summary>The gRPC door of the embeddings.</summary>
internal sealed class EmbeddingsRpc(EmbeddingRuntime runtime) : V1.Embeddings.EmbeddingsBase
{
    private const int InputsMax = 2048;

    public override async Task<V1.CreateEmbeddingsResponse> Create(V1.CreateEmbeddingsRequest request, ServerCallContext context)
    {
        if (request.Inputs.Count is 0 or > InputsMax || request.Inputs.Any(input => input.Length == 0))
            throw MillraceException.InvalidArgument("inputs", $"'inputs' must have 1 to {InputsMax} texts, none empty.");
        var answer = await runtime.EmbedAsync(request.Model, request.Inputs, (int)request.Dimension, context.CancellationToken);
        return new V1.CreateEmbeddingsResponse
        {
            Model = answer.Model,
            Dimension = (uint)answer.Dimension,
            Vectors = answer.Vectors,
            PromptTokens = (uint)answer.PromptTokens,
        };
    }
}
