using Millrace.Inference.Configuration;
using Millrace.Inference.Speculation;
using Millrace.LlamaCpp;

namespace Millrace.Inference.Models;

/// <summary>Makes what proposes tokens ahead of a model, as the model's settings say.</summary>
internal static class DrafterFactory
{
    private const int VocabularySamples = 512;

    /// <summary>The drafter of a model; null for none. Blocks while a small model is loaded.</summary>
    /// <param name="target">The model.</param>
    /// <param name="slot">Its place, which tells the settings and the small model's file.</param>
    /// <param name="progress">Told how much of a small model is loaded.</param>
    /// <param name="cancellationToken">Stops loading.</param>
    /// <exception cref="LlamaException">The small model cannot be loaded, or has another vocabulary.</exception>
    public static IDrafter? Create(
        LlamaModel target, ModelSlot slot, IProgress<float> progress, CancellationToken cancellationToken)
    {
        // Proposed tokens that are refused are cut off, which not every model allows.
        if (!target.Metadata.CanCutSequences) return null;
        if (slot.Settings.Speculation == SpeculationMode.Lookup) return new PromptLookup();
        if (slot.Draft is not { } draft) return null;
        var model = LlamaModel.Load(draft.Path, slot.Settings.Loading with { Progress = progress }, cancellationToken);
        try
        {
            return Start(target, model, slot.Settings);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static ModelDrafter Start(LlamaModel target, LlamaModel model, ModelSettings settings)
    {
        if (!model.Metadata.CanCutSequences || !SpeakTheSame(target.Vocab, model.Vocab))
            throw new LlamaException(
                LlamaFailure.LoadFailed,
                $"{model.Path} cannot propose tokens to {target.Path}: its vocabulary is another one; "
                    + "name a smaller model of the same family");
        var context = settings.ContextFor(model.Metadata.ContextTokensTrained, canCut: true);
        return new ModelDrafter(model, model.CreateContext(context with { SequencesMax = settings.SlotsMax, UnifiedCache = true }));
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
