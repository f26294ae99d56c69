using Millrace.LlamaCpp.Gguf;
using Millrace.LlamaCpp.Interop;
using Millrace.LlamaCpp.Logging;
using Millrace.LlamaCpp.Parameters;

namespace Millrace.LlamaCpp;

/// <summary>
/// A loaded model: weights, vocabulary and metadata. Thread-safe, and can be shared by any number of contexts. Its memory is freed when it
/// and everything made from it have been disposed.
/// </summary>
public sealed class LlamaModel : IDisposable
{
    private readonly LlamaRuntime _runtime;
    private readonly LlamaModelHandle _handle;

    private LlamaModel(LlamaRuntime runtime, string path, LlamaModelHandle handle)
    {
        _runtime = runtime;
        Path = path;
        _handle = handle;
        Vocab = new(new LlamaVocabHandle(handle));
        Metadata = ReadMetadata(handle);
    }

    /// <summary>The file it was loaded from.</summary>
    public string Path { get; }

    /// <summary>The vocabulary.</summary>
    public LlamaVocab Vocab { get; }

    /// <summary>What the model says of itself.</summary>
    public LlamaModelMetadata Metadata { get; }

    internal LlamaModelHandle Handle => _handle;

    /// <summary>Loads a model. Blocks for as long as that takes; call it from a thread that may.</summary>
    /// <param name="path">A GGUF file.</param>
    /// <param name="options">How to load it; defaults when null.</param>
    /// <param name="cancellationToken">Stops loading between tensors.</param>
    /// <exception cref="LlamaException">The file is missing, damaged or of an unknown architecture; the message names it.</exception>
    public static LlamaModel Load(string path, LlamaModelOptions? options = null, CancellationToken cancellationToken = default)
    {
        var runtime = LlamaRuntime.Current;
        options ??= new();
        GgufRules.RequireModel(GgufHeader.Read(path), path);
        NativeLog.ForgetError();
        using var progress = new LoadProgress(options.Progress, cancellationToken);
        using var split = new TensorSplitBuffer(options.TensorSplit);
        var parameters = runtime.ModelDefaults;
        ModelParameterLayout.Write(parameters.Bytes, options, new(split.Pointer, LoadProgress.Callback, progress.State));
        var handle = LlamaModelHandle.Load(path, parameters);
        progress.ThrowIfStopped(handle);
        return handle is not null ? new(runtime, path, handle) : throw Refused(path);
    }

    /// <summary>Creates a context on this model.</summary>
    /// <exception cref="ArgumentException">A size is out of range.</exception>
    /// <exception cref="LlamaException">The library refuses, most often because the cache does not fit in memory.</exception>
    /// <exception cref="InvalidOperationException">The model was loaded with its vocabulary only.</exception>
    public LlamaContext CreateContext(LlamaContextOptions? options = null) => Metadata.Layers > 0
        ? LlamaContext.Create(this, _runtime, options ?? new())
        : throw new InvalidOperationException($"{Path} was loaded with its vocabulary only; load it without VocabularyOnly.");

    /// <summary>Loads a LoRA adapter for this model. May be called while contexts of it compute; they wait as long as that takes.</summary>
    /// <exception cref="LlamaException">The file is missing or damaged, or was made for another architecture.</exception>
    public LlamaAdapter LoadAdapter(string path) => LlamaAdapter.Load(this, path);

    /// <summary>A metadata value by key, as text; null when there is none or it is an array.</summary>
    public string? GetMetadata(string key) => _handle.Metadata(key);

    /// <summary>All scalar metadata, in the file's order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> GetAllMetadata() =>
        [.. Enumerable.Range(0, _handle.MetadataCount()).Select(ReadMetadataAt)];

    /// <summary>Frees the model, once its contexts and adapters are gone.</summary>
    public void Dispose()
    {
        Vocab.Release();
        _handle.Dispose();
    }

    private KeyValuePair<string, string> ReadMetadataAt(int index) =>
        new(_handle.MetadataKeyAt(index) ?? "", _handle.MetadataValueAt(index) ?? "");

    private static LlamaException Refused(string path) => new(
        LlamaFailure.LoadFailed,
        $"{path} was refused by llama.cpp{NativeLog.Explanation()}; use a model of a supported architecture, or free memory");

    private static LlamaModelMetadata ReadMetadata(LlamaModelHandle model) => new()
    {
        Architecture = model.Metadata("general.architecture") ?? "",
        Name = model.Metadata("general.name") ?? "",
        Description = model.Description() ?? "",
        ContextTokensTrained = model.ContextTokensTrained(),
        EmbeddingLength = model.EmbeddingLength(),
        EmbeddingOutputLength = model.EmbeddingOutputLength(),
        Layers = model.LayerCount(),
        Heads = model.LayerCount() == 0 ? 0 : model.HeadCount(),
        ClassifierOutputs = model.ClassifierOutputs(),
        Parameters = model.ParameterCount(),
        SizeBytes = model.SizeBytes(),
        ChatTemplate = model.ChatTemplate(),
        HasEncoder = model.HasEncoder(),
        HasDecoder = model.HasDecoder(),
        IsRecurrent = model.IsRecurrent(),
        IsHybrid = model.IsHybrid(),
    };
}
