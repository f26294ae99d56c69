using Millrace.Guardrails.CustomPatterns;
using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.Policies;

/// <summary>The catalogs with the lists and patterns that are in force for one tenant. Immutable.</summary>
public sealed class OwnRules
{
    private OwnRules(AllowList allowed, TextList denied, IReadOnlyList<(string Name, CustomPatternOptions Options)> patterns)
    {
        Recogniser[] own =
        [
            .. patterns.Select(pattern => CustomPatternRecogniser.Of(pattern.Name, pattern.Options)),
            .. denied.IsEmpty ? [] : (Recogniser[])[new TextListRecogniser(RuleNames.Deny, denied)],
        ];
        Rules = [.. own.Select(recogniser => recogniser.Rule)];
        Recognisers = [.. RecogniserCatalog.All.Select(allowed.Exempt)];
        Detectors = [.. DetectorCatalog.All.Select(allowed.Exempt), .. RecogniserDetector.Of(own)];
        Content =
        [
            .. allowed.Entries.Select(entry => $"allow {entry}"),
            .. denied.Entries.Select(entry => $"deny {entry}"),
            .. patterns.Select(pattern => $"pattern {pattern.Name} {pattern.Options.Content()}"),
        ];
    }

    /// <summary>The catalogs alone.</summary>
    public static OwnRules None { get; } = Of();

    /// <summary>The recognisers.</summary>
    public IReadOnlyList<Recogniser> Recognisers { get; }

    /// <summary>The detectors, those of the patterns and of the deny list among them.</summary>
    public IReadOnlyList<Detector> Detectors { get; }

    /// <summary>Rules that are in no catalog.</summary>
    public IReadOnlyList<string> Rules { get; }

    /// <summary>What they are made of, as lines in a fixed order.</summary>
    internal IReadOnlyList<string> Content { get; }

    /// <summary>What several owners have, all of it together; of two patterns of one name that of the later owner.</summary>
    /// <param name="owners">Valid settings, the most general first.</param>
    public static OwnRules Of(params IReadOnlyList<OwnRulesOptions> owners)
    {
        Dictionary<string, CustomPatternOptions> patterns = new(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, pattern) in owners.SelectMany(owner => owner.Patterns)) patterns[name] = pattern;
        return new OwnRules(
            new AllowList(owners.SelectMany(owner => owner.AllowList)),
            new TextList(owners.SelectMany(owner => owner.DenyList)),
            [.. patterns.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value))]);
    }
}
