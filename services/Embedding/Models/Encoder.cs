using Millrace.Embedding.Engine;
using Millrace.LlamaCpp;

namespace Millrace.Embedding.Models;

/// <summary>What an encoder does.</summary>
public enum EncoderTask
{
    /// <summary>Texts to vectors.</summary>
    Embed = 1,

    /// <summary>Query and document to a score.</summary>
    Rerank = 2,
}

/// <summary>A loaded encoder: its vocabulary, which any thread may use, and its engine, which owns the context.</summary>
internal sealed class Encoder(string name, EncoderTask task, LlamaModel model, EncoderEngine engine) : IAsyncDisposable
{
    public string Name { get; } = name;

    public EncoderTask Task { get; } = task;

    public LlamaVocab Vocab => model.Vocab;

    public EncoderEngine Engine { get; } = engine;

    /// <summary>Length of its vectors; 0 for a reranker.</summary>
    public int Dimension => Task == EncoderTask.Embed ? model.Metadata.EmbeddingOutputLength : 0;

    /// <summary>Lengths to which its vectors may be shortened, ascending.</summary>
    public IReadOnlyList<int> ShorterDimensions { get; init; } = [];

    /// <summary>A value of the model's file, as text; null when there is none.</summary>
    public string? GetMetadata(string key) => model.GetMetadata(key);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        model.Dispose();
    }
}
