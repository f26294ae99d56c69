using System.ComponentModel.DataAnnotations;
using Millrace.Inference.Models.Adapters;
using Millrace.Inference.Prompting;
using Millrace.LlamaCpp;

namespace Millrace.Inference.Configuration;

/// <summary>What must hold of the settings of models, those for all of the member and those for single ones.</summary>
internal static class ModelOptionsRules
{
    private static readonly TimeSpan KeepAliveMax = TimeSpan.FromDays(30);

    /// <summary>All complaints; those about a single model begin with its section.</summary>
    public static IEnumerable<string> Complaints(InferenceOptions member)
    {
        foreach (var complaint in OfBoth(member, new ModelOptions())) yield return complaint;
        foreach (var (name, own) in member.Models)
            foreach (var complaint in OfSingle(member, own))
                yield return $"Models:{name}: {complaint}";
        var pinned = member.Models.Count(entry => entry.Value.Pinned);
        if (pinned > member.ModelsLoadedMax)
            yield return $"{pinned} models are pinned and ModelsLoadedMax is {member.ModelsLoadedMax}: raise it, or pin fewer.";
    }

    private static IEnumerable<string> OfSingle(InferenceOptions member, ModelOptions own) =>
        [.. Annotated(own), .. IsOwn(own) ? OfBoth(member, own) : [], .. OfModel(member, own)];

    /// <summary>Whether a model has settings of the kind that the member has as well; else the member's complaints are enough.</summary>
    private static bool IsOwn(ModelOptions own) =>
        own.ContextTokens is not null || own.KvCellsMax is not null || own.SlotsMax is not null || own.StepTokensMax is not null
        || own.SplitMode is not null || own.TensorSplit is not null || own.KeyCacheType is not null || own.ValueCacheType is not null
        || own.PrefixCachePlace is not null || own.FlashAttention is not null || own.KeepAlive is not null;

    private static IEnumerable<string> Annotated(ModelOptions own)
    {
        List<ValidationResult> results = [];
        Validator.TryValidateObject(own, new ValidationContext(own), results, validateAllProperties: true);
        return results.Select(result => result.ErrorMessage ?? "A setting is not valid.");
    }

    private static IEnumerable<string> OfBoth(InferenceOptions member, ModelOptions own) =>
        [.. OfSizes(member, own), .. OfWords(member, own), .. OfGpus(member, own), .. OfCache(member, own)];

    private static IEnumerable<string> OfSizes(InferenceOptions member, ModelOptions own)
    {
        var (context, cells) = (own.ContextTokens ?? member.ContextTokens, own.KvCellsMax ?? member.KvCellsMax);
        if (context > cells)
            yield return $"ContextTokens ({context}) is above KvCellsMax ({cells}): raise KvCellsMax or lower ContextTokens.";
        var (step, slots) = (own.StepTokensMax ?? member.StepTokensMax, own.SlotsMax ?? member.SlotsMax);
        if (step < slots)
            yield return $"StepTokensMax ({step}) is below SlotsMax ({slots}): a step needs room for a token of every slot.";
        if ((own.KeepAlive ?? member.KeepAlive) is var time && (time < TimeSpan.Zero || time > KeepAliveMax))
            yield return "KeepAlive must be from 0 (for ever) to 30 days.";
    }

    private static IEnumerable<string> OfWords(InferenceOptions member, ModelOptions own) =>
    [
        .. OneOf(nameof(own.SplitMode), own.SplitMode ?? member.SplitMode, SettingValues.SplitModes.Keys),
        .. OneOf(nameof(own.PrefixCachePlace), own.PrefixCachePlace ?? member.PrefixCachePlace, SettingValues.PrefixPlaces.Keys),
        .. OneOf(nameof(own.KeyCacheType), own.KeyCacheType ?? member.KeyCacheType, SettingValues.CacheTypes.Keys),
        .. OneOf(nameof(own.ValueCacheType), own.ValueCacheType ?? member.ValueCacheType, SettingValues.CacheTypes.Keys),
        .. OneOf(nameof(own.FlashAttention), own.FlashAttention ?? member.FlashAttention, SettingValues.FlashAttentions.Keys),
    ];

    private static IEnumerable<string> OfGpus(InferenceOptions member, ModelOptions own)
    {
        var split = own.TensorSplit ?? member.TensorSplit;
        if (SettingValues.Shares(split) is not { } shares)
            yield return $"TensorSplit is '{split}': write up to {LlamaModelOptions.GpusMax} shares, such as 3,1.";
        else if (shares.Length > 0 && shares.Sum() == 0)
            yield return "TensorSplit has no share above 0.";
        if (split.Length > 0 && (own.SplitMode ?? member.SplitMode).Equals("none", StringComparison.OrdinalIgnoreCase))
            yield return "TensorSplit has no effect with SplitMode none: leave one of them out.";
    }

    private static IEnumerable<string> OfCache(InferenceOptions member, ModelOptions own)
    {
        var type = own.ValueCacheType ?? member.ValueCacheType;
        var isQuantised = SettingValues.CacheTypes.TryGetValue(type, out var known) && known is CacheElementType.Q8 or CacheElementType.Q4;
        if (isQuantised && (own.FlashAttention ?? member.FlashAttention).Equals("off", StringComparison.OrdinalIgnoreCase))
            yield return $"ValueCacheType {type} needs flash attention: set FlashAttention to auto or on, or ValueCacheType to f16.";
    }

    private static IEnumerable<string> OfModel(InferenceOptions member, ModelOptions own) =>
    [
        .. OneOf(nameof(own.Speculation), own.Speculation, SettingValues.Speculations.Keys),
        .. OfDraft(own),
        .. own.ChatTemplate.Length == 0 ? [] : OneOf(nameof(own.ChatTemplate), own.ChatTemplate, ["file", .. ChatTemplateNames.All]),
        .. own.Adapters.SelectMany(entry => OfAdapter(entry.Key, entry.Value)),
        .. own.Adapters.Count <= member.AdaptersMax
            ? Array.Empty<string>()
            : [$"Adapters has {own.Adapters.Count} and AdaptersMax is {member.AdaptersMax}: raise it, or load fewer."],
    ];

    private static IEnumerable<string> OfDraft(ModelOptions own)
    {
        var isDraft = own.Speculation.Equals("draft", StringComparison.OrdinalIgnoreCase);
        if (isDraft && own.DraftModel.Length == 0)
            yield return "Speculation draft needs a DraftModel: name a small model with the same vocabulary, or use lookup.";
        if (!isDraft && own.DraftModel.Length > 0)
            yield return $"DraftModel '{own.DraftModel}' has no effect with Speculation {own.Speculation}: set Speculation to draft.";
    }

    private static IEnumerable<string> OfAdapter(string name, AdapterOptions adapter)
    {
        if (AdapterFiles.NameProblem(name) is { } problem) yield return $"Adapters:{name}: {problem}";
        if (AdapterFiles.FileProblem(adapter.File) is { } file) yield return $"Adapters:{name}:File: {file}";
        if (AdapterFiles.ScaleProblem(adapter.Scale) is { } scale) yield return $"Adapters:{name}:Scale: {scale}";
    }

    private static IEnumerable<string> OneOf(string setting, string value, IEnumerable<string> words) =>
        words.Contains(value, StringComparer.OrdinalIgnoreCase) ? [] : [$"{setting} is '{value}'; use {string.Join(", ", words)}."];
}
