namespace Millrace.LlamaCpp;

/// <summary>A sequence within one context. Layout-compatible with the native <c>llama_seq_id</c>.</summary>
/// <param name="Id">0 or greater, below the context's <see cref="LlamaContext.SequencesMax"/>.</param>
public readonly record struct LlamaSequenceId(int Id)
{
    /// <inheritdoc/>
    public override string ToString() => Id.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
