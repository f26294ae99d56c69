using Microsoft.Extensions.Options;
using Millrace.Embedding.Engine;
using Millrace.LlamaCpp;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Embedding.Models;

/// <summary>The encoders of this process. All are loaded once, at start, and stay.</summary>
internal sealed class EncoderCatalog(
    IOptions<EncoderOptions> options, IConfiguration configuration, EncoderMetrics metrics, ILoggerFactory loggers, TimeProvider time)
    : IAsyncDisposable
{
    private const string DefaultEmbeddingModel = "tiny-embed";
    private const string DefaultRerankModel = "tiny-rerank";

    private volatile IReadOnlyList<Encoder> _encoders = [];

    /// <summary>The loaded encoders; none before they are loaded.</summary>
    public IReadOnlyList<Encoder> Encoders => _encoders;

    /// <summary>Loads every configured encoder.</summary>
    /// <exception cref="LlamaException">One cannot be loaded; the message names the file and the remedy.</exception>
    public void Load()
    {
        LlamaRuntime.Initialize(loggers);
        _encoders =
        [
            .. OrDefault(options.Value.EmbeddingModels, DefaultEmbeddingModel).Select(model => Load(model, EncoderTask.Embed)),
            .. OrDefault(options.Value.RerankModels, DefaultRerankModel).Select(model => Load(model, EncoderTask.Rerank)),
        ];
    }

    /// <summary>The encoder of this name, or the first of its task when the name is empty.</summary>
    /// <exception cref="MillraceException">There is none.</exception>
    public Encoder Find(string name, EncoderTask task)
    {
        var ofTask = _encoders.Where(encoder => encoder.Task == task).ToList();
        if (ofTask.Count == 0)
            throw new MillraceException(Reason.ModelUnavailable, "The encoders are still being loaded. Try again in a moment.");
        if (name.Length == 0) return ofTask[0];
        return ofTask.FirstOrDefault(encoder => encoder.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new MillraceException(
                Reason.ModelNotFound,
                $"There is no model '{name}' for this. Available: {string.Join(", ", ofTask.Select(encoder => encoder.Name))}.")
            {
                Param = "model",
            };
    }

    /// <summary>The encoder of this name whatever its task, or the default embedding model when the name is empty.</summary>
    /// <exception cref="MillraceException">There is none.</exception>
    public Encoder FindAny(string name) =>
        _encoders.FirstOrDefault(encoder => encoder.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? Find(name, EncoderTask.Embed);

    /// <summary>What the model wants in front of texts.</summary>
    public EncoderPrefixes PrefixesOf(Encoder encoder) =>
        options.Value.Prefixes.TryGetValue(encoder.Name, out var prefixes) ? prefixes : new EncoderPrefixes();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var encoder in _encoders) await encoder.DisposeAsync();
        _encoders = [];
    }

    private static IList<string> OrDefault(IList<string> configured, string fallback) => configured.Count > 0 ? configured : [fallback];

    private Encoder Load(string nameOrPath, EncoderTask task)
    {
        var path = PathOf(nameOrPath);
        var name = Path.GetFileNameWithoutExtension(path);
        var pooling = options.Value.Pooling.TryGetValue(name, out var asked) ? asked : EncoderPooling.FromModel;
        var model = LlamaModel.Load(path, new LlamaModelOptions { GpuLayers = options.Value.GpuLayers });
        EncoderRules.Check(model, task, pooling);
        var shorter = task == EncoderTask.Embed ? ShorterVectors.Of(name, model, options.Value.ShorterDimensions) : [];
        var context = CreateContext(model, task == EncoderTask.Rerank ? PoolingType.Rank : (PoolingType)pooling);
        EncoderLog.EncoderLoaded(loggers.CreateLogger<EncoderCatalog>(), name, task, path);
        var line = new TextLine(
            new BatchLimits(context.SequencesMax, context.BatchTokensMax, options.Value.QueueTextsMax, options.Value.BatchWindow), time);
        var engine = new EncoderEngine(name, context, line, metrics, loggers.CreateLogger<EncoderEngine>());
        return new Encoder(name, task, model, engine) { ShorterDimensions = shorter };
    }

    private LlamaContext CreateContext(LlamaModel model, PoolingType pooling)
    {
        var batchTokens = Math.Max(options.Value.BatchTokensMax, model.Metadata.ContextTokensTrained);
        var threads = options.Value.ThreadCount > 0 ? options.Value.ThreadCount : Math.Max(1, Environment.ProcessorCount / 2);
        return model.CreateContext(new LlamaContextOptions
        {
            ContextTokens = batchTokens,
            BatchTokensMax = batchTokens,

            // An encoder sees a whole text at once, so that a text must not be cut into micro batches.
            MicroBatchTokensMax = batchTokens,
            SequencesMax = options.Value.BatchTextsMax,
            Threads = threads,
            BatchThreads = threads,
            Embeddings = true,
            UnifiedCache = true,
            Pooling = pooling,
        });
    }

    private string PathOf(string nameOrPath)
    {
        if (nameOrPath.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)) return Path.GetFullPath(nameOrPath);
        return Path.GetFullPath(Path.Combine(configuration["MILLRACE_MODELS_DIR"] ?? "models", nameOrPath + ".gguf"));
    }
}
