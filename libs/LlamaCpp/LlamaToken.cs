namespace Millrace.LlamaCpp;

/// <summary>A token id of one model's vocabulary. Layout-compatible with the native <c>llama_token</c>.</summary>
/// <param name="Id">Index into the vocabulary, 0 or greater.</param>
public readonly record struct LlamaToken(int Id)
{
    /// <inheritdoc/>
    public override string ToString() => Id.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
