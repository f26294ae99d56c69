namespace Millrace.Embedding.Models;

/// <summary>What to embed.</summary>
/// <param name="Model">Name of the model; empty for the default.</param>
/// <param name="Inputs">The texts.</param>
/// <param name="AreQueries">Whether the texts are queries; else they are passages.</param>
/// <param name="Dimension">Asked length of the vectors; 0 for the model's own.</param>
/// <param name="Truncate">Whether a text that is too long is cut; else it is refused.</param>
internal sealed record EmbedCommand(string Model, IReadOnlyList<string> Inputs, bool AreQueries, int Dimension, bool Truncate)
{
    /// <summary>Whether nobody waits for the answer, so that other calls go first.</summary>
    public bool IsLater { get; init; }
}

/// <summary>Embeddings.</summary>
/// <param name="Model">The model that made them.</param>
/// <param name="Dimension">Length of each vector.</param>
/// <param name="Vectors">One vector of length 1 per input.</param>
/// <param name="TokenCounts">Tokens of each input.</param>
internal sealed record Embeddings(string Model, int Dimension, float[][] Vectors, int[] TokenCounts);
