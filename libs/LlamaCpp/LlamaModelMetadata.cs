namespace Millrace.LlamaCpp;

/// <summary>What a model says of itself.</summary>
public sealed record LlamaModelMetadata
{
    /// <summary>Architecture, for example <c>llama</c> or <c>bert</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>The author's name for the model; empty when there is none.</summary>
    public required string Name { get; init; }

    /// <summary>Architecture, size and quantisation in a few words.</summary>
    public required string Description { get; init; }

    /// <summary>Context length in tokens that the model was trained with.</summary>
    public required int ContextTokensTrained { get; init; }

    /// <summary>Width of the hidden state.</summary>
    public required int EmbeddingLength { get; init; }

    /// <summary>Width of the embeddings that come out.</summary>
    public required int EmbeddingOutputLength { get; init; }

    /// <summary>Number of layers; 0 when only the vocabulary was loaded.</summary>
    public required int Layers { get; init; }

    /// <summary>Number of attention heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Scores of a classification head, for rerankers; at least 1.</summary>
    public required int ClassifierOutputs { get; init; }

    /// <summary>Number of parameters.</summary>
    public required long Parameters { get; init; }

    /// <summary>Size of all tensors in bytes.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>The chat template (Jinja) in the file; null when there is none.</summary>
    public required string? ChatTemplate { get; init; }

    /// <summary>Whether the model has an encoder that runs by <see cref="LlamaContext.Encode"/>, as T5 has.</summary>
    public required bool HasEncoder { get; init; }

    /// <summary>Whether the model has a decoder.</summary>
    public required bool HasDecoder { get; init; }

    /// <summary>Whether the model keeps a state instead of a cache, so that sequences cannot be cut at a position.</summary>
    public required bool IsRecurrent { get; init; }

    /// <summary>Whether some of its layers keep a state and others a cache.</summary>
    public required bool IsHybrid { get; init; }

    /// <summary>Whether a sequence can be cut, and its beginning be shared, at any position.</summary>
    public bool CanCutSequences => !IsRecurrent && !IsHybrid;

    /// <summary>
    /// Whether positions are a table that the file holds rather than computed: one past <see cref="ContextTokensTrained"/> does not exist.
    /// </summary>
    public bool HasLearnedPositions => Architecture is "bert" or "gpt2" or "starcoder";
}
