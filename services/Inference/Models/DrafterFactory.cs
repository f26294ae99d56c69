using Millrace.Inference.Configuration;
using Millrace.Inference.Speculation;
using Millrace.LlamaCpp;

namespace Millrace.Inference.Models;

/// <summary>Makes what proposes tokens ahead of a model, as the model's settings say.</summary>
internal sealed class DrafterFactory(ModelCatalog catalog)
{
    private const int VocabularySamples = 512;

    /// <summary>The drafter of a model; null for none.</summary>
    /// <exception cref="LlamaException">The small model cannot be loaded, or has another vocabulary.</exception>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">There is no such small model.</exception>
    public IDrafter? Create(LlamaModel target, ModelSettings settings) => settings.Speculation switch
    {
        // Proposed tokens that are refused are cut off, which not every model allows.
        _ when !target.Metadata.CanCutSequences => null,
        SpeculationMode.Lookup => new PromptLookup(),
        SpeculationMode.Draft => Load(target, settings),
        _ => null,
    };

    private ModelDrafter Load(LlamaModel target, ModelSettings settings)
    {
        var file = catalog.Find(settings.DraftModel);
        var model = LlamaModel.Load(file.Path, settings.Loading with { Progress = null });
        try
        {
            if (!model.Metadata.CanCutSequences || !SpeakTheSame(target.Vocab, model.Vocab))
                throw new LlamaException(
                    LlamaFailure.LoadFailed,
                    $"{file.Path} cannot propose tokens to {target.Path}: its vocabulary is another one; "
                    + "name a smaller model of the same family");
            var context = settings.ContextFor(model.Metadata.ContextTokensTrained, canCut: true);
            return new ModelDrafter(model, model.CreateContext(context with { SequencesMax = settings.SlotsMax, UnifiedCache = true }));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Whether two vocabularies are the same: equally long, and alike wherever one looks.</summary>
    private static bool SpeakTheSame(LlamaVocab one, LlamaVocab other)
    {
        if (one.Count != other.Count) return false;
        var step = Math.Max(1, one.Count / VocabularySamples);
        for (var id = 0; id < one.Count; id += step)
            if (one.TextOf(new LlamaToken(id)) != other.TextOf(new LlamaToken(id)))
                return false;
        return true;
    }
}
