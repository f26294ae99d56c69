using Microsoft.Extensions.Options;
using Millrace.Inference.Configuration;
using Millrace.Inference.Engine;
using Millrace.Inference.Models.Adapters;
using Millrace.Inference.Prompting;
using Millrace.Inference.Speculation;
using Millrace.Inference.Telemetry;
using Millrace.LlamaCpp;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Models;

/// <summary>Brings a model file into memory, with its adapters, and starts its engine.</summary>
internal sealed class ModelLoader(
    AdapterBook book,
    ModelCatalog catalog,
    EngineMetrics metrics,
    IOptions<InferenceOptions> options,
    ILoggerFactory loggers,
    TimeProvider time)
{
    private readonly ILogger _logger = loggers.CreateLogger<ModelLoader>();

    /// <summary>Loads the native library, once; its release.</summary>
    /// <exception cref="MillraceException"><see cref="Reason.ModelUnavailable"/>: there is none that can be used.</exception>
    public string Initialize()
    {
        try
        {
            return LlamaRuntime.Initialize(loggers).Release;
        }
        catch (LlamaException error)
        {
            throw new MillraceException(Reason.ModelUnavailable, error.Message, error);
        }
    }

    /// <summary>Loads a model. Blocks for as long as that takes.</summary>
    /// <exception cref="LlamaException">It cannot be loaded; the message is one line that names the file and the remedy.</exception>
    public LoadedModel Load(ModelSlot slot, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var file = slot.File;
        var share = file.SizeBytes / Math.Max(1f, file.SizeBytes + (slot.Draft?.SizeBytes ?? 0));
        var progress = new PartProgress(slot, 0, share);
        var model = LlamaModel.Load(file.Path, slot.Settings.Loading with { Progress = progress }, cancellationToken);
        IDrafter? drafter = null;
        AdapterRegistry? adapters = null;
        try
        {
            RequireDecoderOnly(model);
            drafter = DrafterFactory.Create(model, slot, new PartProgress(slot, share, 1), cancellationToken);
            adapters = LoadAdapters(file.Name, model);
            var loaded = Start(slot, model, adapters, drafter);
            ModelLog.ModelLoaded(_logger, file.Name, file.Path, time.GetElapsedTime(start).TotalMilliseconds);
            return loaded;
        }
        catch
        {
            drafter?.Dispose();
            adapters?.Dispose();
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

    /// <summary>Starts the engine, after which nothing can fail: it owns the drafter then.</summary>
    private LoadedModel Start(ModelSlot slot, LlamaModel model, AdapterRegistry adapters, IDrafter? drafter)
    {
        var vocabulary = new LlamaVocabulary(model.Vocab);
        var template = ChooseTemplate(slot, model);
        var tokenizer = new PromptTokenizer(slot.File.Name, model.Vocab, template.Template);
        var engine = StartEngine(slot, model, new NativeParts(vocabulary, adapters, drafter));
        adapters.Freed = id => _ = engine.ForgetAdapterAsync(id);
        return new LoadedModel(model)
        {
            File = slot.File,
            Settings = slot.Settings,
            Vocabulary = vocabulary,
            ChatTemplateName = template.Name,
            Tokenizer = tokenizer,
            Adapters = adapters,
            Engine = engine,
        };
    }

    private InferenceEngine StartEngine(ModelSlot slot, LlamaModel model, NativeParts parts)
    {
        var (name, settings, canCut) = (slot.File.Name, slot.Settings, model.Metadata.CanCutSequences);
        var trained = model.Metadata.ContextTokensTrained;
        var context = model.CreateContext(settings.ContextFor(trained, canCut));
        var limits = settings.LimitsFor(trained, canCut);
        if (limits.ContextTokens > trained) ModelLog.ContextBeyondTraining(_logger, name, trained, limits.ContextTokens);
        return InferenceEngine.Start(name, new EngineParts
        {
            Runner = new NativeRunner(context, parts.Adapters),
            Drafter = parts.Drafter,
            DraftTokensMax = settings.DraftTokensMax,
            Metrics = metrics,
            Vocabulary = parts.Vocabulary,
            Limits = limits with
            {
                ContextTokens = Math.Min(limits.ContextTokens, context.SequenceTokensMax),
                SharesCells = context.UnifiedCache,
            },
            Time = time,
            Logger = loggers.CreateLogger<InferenceEngine>(),
        });
    }

    private ChatTemplateChoice ChooseTemplate(ModelSlot slot, LlamaModel model)
    {
        var metadata = model.Metadata;
        var choice = ChatTemplateChoice.Of(
            slot.Settings.ChatTemplate,
            metadata.ChatTemplate,
            () => ChatTemplateNames.Detect(metadata.Architecture, metadata.Name, slot.File.Name));
        if (metadata.ChatTemplate is not null && slot.Settings.ChatTemplate.Length == 0 && choice.Name != ChatTemplateNames.File)
            ModelLog.ChatTemplateUnknown(_logger, slot.File.Name, choice.Name.Length > 0 ? choice.Name : "none");
        return choice;
    }

    /// <summary>An adapter that cannot be loaded keeps no model from serving: who asks for it is told that it is not there.</summary>
    private AdapterRegistry LoadAdapters(string name, LlamaModel model)
    {
        var adapters = new AdapterRegistry(name, options.Value.AdaptersMax);
        foreach (var (adapter, settings) in book.Of(name))
        {
            try
            {
                adapters.Add(adapter, settings.Scale, model.LoadAdapter(AdapterFiles.Resolve(catalog.Folder, settings.File)));
            }
            catch (Exception error) when (error is LlamaException or MillraceException)
            {
                ModelLog.AdapterFailed(_logger, name, adapter, error.Message);
            }
        }

        return adapters;
    }

    /// <summary>What the engine of a model is made of, besides its context.</summary>
    private sealed record NativeParts(LlamaVocabulary Vocabulary, IAdapterSource Adapters, IDrafter? Drafter);

    /// <summary>One of several files that are loaded one after another: its progress is a part of the whole's.</summary>
    private sealed class PartProgress(IProgress<float> whole, float from, float to) : IProgress<float>
    {
        public void Report(float value) => whole.Report(from + ((to - from) * value));
    }
}
