using Millrace.Contracts.Embedding.V1;
using Millrace.Gateway.Telemetry;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;
using Millrace.ServiceDefaults.Telemetry;

namespace Millrace.Gateway.Models;

/// <summary>Embeddings for both doors.</summary>
/// <param name="Model">The model that made them.</param>
/// <param name="Dimension">Length of each vector.</param>
/// <param name="Vectors">Packed little-endian float32 values, one vector behind the other.</param>
/// <param name="PromptTokens">Tokens over all inputs.</param>
public sealed record Embeddings(string Model, int Dimension, Google.Protobuf.ByteString Vectors, int PromptTokens);

/// <summary>Embeds texts for applications.</summary>
public sealed class EmbeddingRuntime(EmbeddingService.EmbeddingServiceClient embedding, GatewayTelemetry telemetry)
{
    /// <summary>Embeds.</summary>
    /// <param name="model">Name of the model; empty for the default.</param>
    /// <param name="inputs">The texts.</param>
    /// <param name="dimension">Length of the vectors; 0 for the model's own.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="MillraceException">The model does not exist, or a text is too long for it.</exception>
    public async Task<Embeddings> EmbedAsync(string model, IEnumerable<string> inputs, int dimension, CancellationToken cancellationToken)
    {
        using var call = telemetry.StartEmbeddings(model);
        call.Activity?.SetTag(GenAi.Attributes.DimensionCount, dimension);
        var request = new EmbedRequest
        {
            Model = model, Purpose = EmbedPurpose.Passage, Dimension = (uint)dimension, Priority = Priority(),
        };
        request.Inputs.Add(inputs);

        var response = await embedding.EmbedAsync(request, cancellationToken: cancellationToken);
        var tokens = (int)response.TokenCounts.Sum(count => count);
        call.Succeeded();
        telemetry.Count(GenAi.Operations.Embeddings, response.Model, tokens, 0);
        return new Embeddings(response.Model, (int)response.Dimension, response.Vectors, tokens);
    }

    /// <summary>Whether the texts of this request let those of others go first.</summary>
    internal static EmbedPriority Priority() => CallContext.Current.IsBatch ? EmbedPriority.Batch : EmbedPriority.Interactive;
}
