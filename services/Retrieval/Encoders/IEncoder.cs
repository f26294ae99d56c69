namespace Millrace.Retrieval.Encoders;

/// <summary>What a text is embedded for.</summary>
internal enum TextPurpose
{
    Passage,
    Query,
}

/// <summary>An embedding model and the length of its vectors.</summary>
/// <param name="Model">Name of the model; empty for the default.</param>
/// <param name="Dimension">Length of the vectors, for models trained to be shortened; 0 for the model's own.</param>
internal readonly record struct EncoderChoice(string Model, int Dimension);

/// <summary>Vectors of length 1, one behind the other.</summary>
/// <param name="Model">The model that made them.</param>
/// <param name="Dimension">Length of each vector.</param>
/// <param name="Values">All values.</param>
internal sealed record Embeddings(string Model, int Dimension, ReadOnlyMemory<float> Values)
{
    /// <summary>The vector of a text.</summary>
    /// <param name="index">The text's place in the request.</param>
    public ReadOnlyMemory<float> this[int index] => Values.Slice(index * Dimension, Dimension);
}

/// <summary>Encoder models: embeddings, token counts, cross-encoder scores. Failures are <see
/// cref="ServiceDefaults.Errors.MillraceException"/>.</summary>
internal interface IEncoder
{
    /// <summary>Embeds texts; what does not fit into the model is cut off at the end.</summary>
    /// <param name="encoder">The model.</param>
    /// <param name="texts">The texts, at least one, none empty.</param>
    /// <param name="purpose">What they are embedded for.</param>
    /// <param name="cancellationToken">Stops embedding.</param>
    Task<Embeddings> EmbedAsync(
        EncoderChoice encoder, IReadOnlyList<string> texts, TextPurpose purpose, CancellationToken cancellationToken);

    /// <summary>Counts tokens, those that the model adds around a text included.</summary>
    Task<IReadOnlyList<int>> CountTokensAsync(string model, IReadOnlyList<string> texts, CancellationToken cancellationToken);

    /// <summary>Scores documents against a query.</summary>
    /// <returns>One score per document, in the documents' order; higher is better.</returns>
    Task<IReadOnlyList<double>> RerankAsync(string query, IReadOnlyList<string> documents, CancellationToken cancellationToken);
}
