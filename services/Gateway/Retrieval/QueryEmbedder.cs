using Google.Protobuf;
using Millrace.Contracts.Embedding.V1;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Telemetry;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Retrieval;

/// <summary>A question as a vector.</summary>
/// <param name="Values">Packed little-endian float32 values.</param>
/// <param name="Dimension">Their number.</param>
/// <param name="Model">The embedding model that made them.</param>
public sealed record QueryVector(ByteString Values, int Dimension, string Model);

/// <summary>Step 4: embeds the question.</summary>
public sealed class QueryEmbedder(
    EmbeddingService.EmbeddingServiceClient embedding, CollectionModels collections, GatewayTelemetry telemetry)
{
    /// <summary>Embeds a question.</summary>
    /// <param name="run">The request.</param>
    /// <param name="question">The question.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>
    /// The vector; null when none is needed or nothing is asked, when no one vector fits all collections, so that Retrieval makes its
    /// own, or when Embedding does not answer.
    /// </returns>
    public async Task<QueryVector?> EmbedAsync(ChatRun run, string question, CancellationToken cancellationToken)
    {
        if (run.Plan.Grounding is not { IsSmallTalk: false } grounding) return null;
        if (string.IsNullOrWhiteSpace(question)) return null;
        using var step = telemetry.Step("embed_query", run);
        try
        {
            if (await collections.FindCommonAsync(grounding.Retrieval.Collections, cancellationToken) is not { } space) return null;
            var request = new EmbedRequest
            {
                Model = space.Model, Dimension = (uint)space.Dimension, Purpose = EmbedPurpose.Query, Truncation = Truncation.End,
                Priority = Models.EmbeddingRuntime.Priority(),
            };
            request.Inputs.Add(question);
            var response = await embedding.EmbedAsync(request, cancellationToken: cancellationToken);
            return run.QuestionVector = new QueryVector(response.Vectors, (int)response.Dimension, response.Model);
        }
        catch (MillraceException) when (!cancellationToken.IsCancellationRequested)
        {
            // Retrieval tries again, and says so when keywords alone had to do.
            return null;
        }
    }
}
