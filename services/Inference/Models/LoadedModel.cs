using Millrace.Inference.Engine;
using Millrace.Inference.Prompting;
using Millrace.LlamaCpp;

namespace Millrace.Inference.Models;

/// <summary>A model in memory, with its engine.</summary>
internal sealed class LoadedModel(ModelFile file, LlamaModel model, LlamaVocabulary vocabulary, InferenceEngine engine) : IAsyncDisposable
{
    /// <summary>The file it came from.</summary>
    public ModelFile File { get; } = file;

    /// <summary>Its name.</summary>
    public string Name => File.Name;

    /// <summary>What it says of itself.</summary>
    public LlamaModelMetadata Metadata => model.Metadata;

    /// <summary>Release of llama.cpp that computes it.</summary>
    public string NativeRelease { get; } = LlamaRuntime.Current.Release;

    /// <summary>Its tokens.</summary>
    public LlamaVocabulary Vocabulary { get; } = vocabulary;

    /// <summary>Turns prompts into tokens.</summary>
    public PromptTokenizer Tokenizer { get; } = new(file.Name, model.Vocab, model.Metadata.ChatTemplate);

    /// <summary>Generates.</summary>
    public InferenceEngine Engine { get; } = engine;

    /// <summary>Stops the engine, then frees the weights.</summary>
    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        model.Dispose();
    }
}
