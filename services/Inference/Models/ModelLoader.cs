using Microsoft.Extensions.Options;
using Millrace.Inference.Configuration;
using Millrace.Inference.Engine;
using Millrace.Inference.Telemetry;
using Millrace.LlamaCpp;

namespace Millrace.Inference.Models;

/// <summary>Brings a model file into memory and starts its engine.</summary>
internal sealed class ModelLoader(
    IOptions<InferenceOptions> options, EngineMetrics metrics, ILoggerFactory loggers, TimeProvider time)
{
    private const int MicroBatchTokensMax = 512;
    private const int CachedSequencesMax = 56;

    private readonly ILogger _logger = loggers.CreateLogger<ModelLoader>();

    /// <summary>Loads a model. Blocks for as long as that takes.</summary>
    /// <exception cref="LlamaException">It cannot be loaded; the message is one line that names the file and the remedy.</exception>
    public LoadedModel Load(ModelFile file, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        LlamaRuntime.Initialize(loggers);
        var model = LlamaModel.Load(file.Path, new LlamaModelOptions { GpuLayers = options.Value.GpuLayers }, cancellationToken);
        try
        {
            RequireDecoderOnly(model);
            var loaded = Start(file, model);
            ModelLog.ModelLoaded(_logger, file.Name, file.Path, time.GetElapsedTime(start).TotalMilliseconds);
            return loaded;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static void RequireDecoderOnly(LlamaModel model)
    {
        if (model.Metadata is { HasDecoder: true, HasEncoder: false }) return;
        throw new LlamaException(
            LlamaFailure.LoadFailed,
            $"{model.Path} has an encoder ({model.Metadata.Architecture}), and only decoders are served; name one such as llama or qwen");
    }

    private LoadedModel Start(ModelFile file, LlamaModel model)
    {
        var trained = model.Metadata.ContextTokensTrained;
        var vocabulary = new LlamaVocabulary(model.Vocab);
        var context = model.CreateContext(ContextOptions(trained, CachedSequencesOf(model)));
        var limits = options.Value.LimitsFor(trained);
        if (limits.ContextTokens > trained) ModelLog.ContextBeyondTraining(_logger, file.Name, trained, limits.ContextTokens);
        var engine = InferenceEngine.Start(file.Name, new EngineParts
        {
            Runner = new NativeRunner(context, NoAdapters.Instance),
            Metrics = metrics,
            Vocabulary = vocabulary,
            Limits = limits with
            {
                ContextTokens = Math.Min(limits.ContextTokens, context.SequenceTokensMax),
                CachedSequencesMax = CachedSequencesOf(model),
            },
            Time = time,
            Logger = loggers.CreateLogger<InferenceEngine>(),
        });
        return new LoadedModel(file, model, vocabulary, engine);
    }

    private LlamaContextOptions ContextOptions(int trained, int cachedSequences) => new()
    {
        ContextTokens = options.Value.KvCellsFor(trained),
        BatchTokensMax = options.Value.StepTokensMax,
        MicroBatchTokensMax = Math.Min(options.Value.StepTokensMax, MicroBatchTokensMax),
        SequencesMax = options.Value.SlotsMax + cachedSequences,
        SlidingWindowWhole = cachedSequences > 0,
        Threads = options.Value.Threads,
        BatchThreads = options.Value.Threads,

        // Beginnings can be shared only when all sequences share the cells. Without that, when every slot can have a whole context, each has
        // cells of its own: attention then looks at no other slot's.
        UnifiedCache = cachedSequences > 0
            || options.Value.KvCellsFor(trained) < (long)options.Value.SlotsMax * options.Value.ContextTokensFor(trained),
    };

    /// <summary>Models that keep a state instead of a cache cannot be cut at a position, so nothing of them can be shared.</summary>
    private static int CachedSequencesOf(LlamaModel model) => model.Metadata.CanCutSequences ? CachedSequencesMax : 0;

    private sealed class NoAdapters : IAdapterSource
    {
        public static NoAdapters Instance { get; } = new();

        public (LlamaAdapter Adapter, float Scale) Get(int id) => throw new ArgumentOutOfRangeException(nameof(id));
    }
}
