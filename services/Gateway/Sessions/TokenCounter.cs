using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Inference;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Sessions;

/// <summary>Counts texts with a model's own tokenizer.</summary>
public sealed class TokenCounter(InferencePool pool)
{
    /// <summary>Counts.</summary>
    /// <returns>One count for each text; null when nobody could count.</returns>
    public async Task<IReadOnlyList<uint>?> TryCountAsync(string model, IEnumerable<string> texts, CancellationToken cancellationToken)
    {
        try
        {
            var request = new CountTokensRequest { Model = model, Texts = { texts } };
            return request.Texts.Count == 0 ? [] : (await pool.CountTokensAsync(request, cancellationToken)).Counts;
        }
        catch (MillraceException) when (!cancellationToken.IsCancellationRequested)
        {
            // What is not counted now is counted when it is needed.
            return null;
        }
    }
}
