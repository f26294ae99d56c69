using Millrace.Inference.Configuration;
using Millrace.Inference.Engine;
using Millrace.Inference.Models.Adapters;
using Millrace.Inference.Prompting;
using Millrace.Inference.SavedPrefixes;
using Millrace.LlamaCpp;

namespace Millrace.Inference.Models;

/// <summary>A model in memory, with its engine.</summary>
internal sealed class LoadedModel(LlamaModel model) : IAsyncDisposable
{
    private readonly Lazy<string> _fingerprint = new(() => FileFingerprint.Of(model.Path));

    /// <summary>The file it came from.</summary>
    public required ModelFile File { get; init; }

    /// <summary>Tells its file apart from others; read once, when it is first asked for.</summary>
    public string Fingerprint => _fingerprint.Value;

    /// <summary>Its name.</summary>
    public string Name => File.Name;

    /// <summary>Its settings.</summary>
    public required ModelSettings Settings { get; init; }

    /// <summary>What it says of itself.</summary>
    public LlamaModelMetadata Metadata => model.Metadata;

    /// <summary>Its tokens.</summary>
    public required LlamaVocabulary Vocabulary { get; init; }

    /// <summary>Name of its chat template; empty for none.</summary>
    public required string ChatTemplateName { get; init; }

    /// <summary>Turns prompts into tokens.</summary>
    public required PromptTokenizer Tokenizer { get; init; }

    /// <summary>Its LoRA adapters.</summary>
    public required AdapterRegistry Adapters { get; init; }

    /// <summary>Generates.</summary>
    public required InferenceEngine Engine { get; init; }

    /// <summary>Reads an adapter for it. Blocks for as long as that takes.</summary>
    /// <exception cref="LlamaException">The file is none, or one of another model.</exception>
    public LlamaAdapter ReadAdapter(string path) => model.LoadAdapter(path);

    /// <summary>Stops the engine, then frees adapters and weights.</summary>
    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        Adapters.Dispose();
        model.Dispose();
    }
}
