using Millrace.Contracts.Embedding.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api.Documents;

/// <summary>Asks Embedding for a probe before a collection is made: a model that nobody has is told at once, and not by every document
/// that fails later.</summary>
internal sealed class VectorSettings(EmbeddingService.EmbeddingServiceClient embedding)
{
    private const string Model = "embedding_model";
    private const string Dimension = "dimension";

    /// <summary>Refuses a model or a length that is not there. While Embedding is away, any may be; documents wait for it.</summary>
    /// <param name="model">Name of the model; empty for the default.</param>
    /// <param name="dimension">Length of the vectors; 0 for the model's own.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task RequireAsync(string model, uint dimension, CancellationToken cancellationToken)
    {
        if (model.Length == 0 && dimension == 0) return;
        var probe = new EmbedRequest { Model = model, Dimension = dimension, Purpose = EmbedPurpose.Passage, Inputs = { "probe" } };
        try
        {
            await embedding.EmbedAsync(probe, cancellationToken: cancellationToken);
        }
        catch (MillraceException refusal) when (refusal.Reason is Reason.ModelNotFound or Reason.InvalidArgument)
        {
            throw InWordsOfTheApi(refusal);
        }
        catch (MillraceException) when (!cancellationToken.IsCancellationRequested)
        {
            // It is asked again when the first document comes.
        }
    }

    /// <summary>A refusal of a model or a length, with the name that a collection has for it.</summary>
    public static MillraceException InWordsOfTheApi(MillraceException refusal) => new(refusal.Reason, refusal.Message, refusal)
    {
        Param = refusal.Reason == Reason.ModelNotFound ? Model : Dimension,
    };
}
