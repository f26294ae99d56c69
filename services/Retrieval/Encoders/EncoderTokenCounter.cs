using Millrace.Retrieval.Chunking;

namespace Millrace.Retrieval.Encoders;

/// <summary>Counts tokens as one model of the encoder does.</summary>
/// <param name="encoder">The encoder.</param>
/// <param name="model">Name of the model; empty for the default.</param>
internal sealed class EncoderTokenCounter(IEncoder encoder, string model) : ITokenCounter
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<int>> CountAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken) =>
        encoder.CountTokensAsync(model, texts, cancellationToken);
}
