using Millrace.Guardrails.CustomPatterns;

namespace Millrace.Guardrails.Policies;

/// <summary>Rules and lists of an operator's or a tenant's own.</summary>
public abstract class OwnRulesOptions
{
    /// <summary>Most entries of one list.</summary>
    public const int ListEntriesMax = 10_000;

    /// <summary>Longest entry of a list, in UTF-16 code units.</summary>
    public const int ListEntryCharsMax = 256;

    /// <summary>Most patterns of one owner.</summary>
    public const int PatternsMax = 64;

    /// <summary>
    /// Texts that are never a finding of <c>pii.*</c>, <c>secret.*</c> or <c>entity.*</c>, whatever the case of their letters.
    /// </summary>
    /// <value>Default none; at most 10,000 of at most 256 characters.</value>
    public IList<string> AllowList { get; } = [];

    /// <summary>Texts that are always a finding, of the rule <c>custom.deny</c>, whatever the case of their letters.</summary>
    /// <value>Default none; at most 10,000 of at most 256 characters.</value>
    public IList<string> DenyList { get; } = [];

    /// <summary>Patterns by name: the rule of <c>ticket</c> is <c>custom.ticket</c>.</summary>
    /// <value>Default none; at most 64.</value>
    public IDictionary<string, CustomPatternOptions> Patterns { get; } =
        new Dictionary<string, CustomPatternOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The rules of its patterns.</summary>
    internal IEnumerable<string> CustomRules => Patterns.Keys.Select(CustomPatternOptions.RuleOf);

    /// <summary>All errors of the lists and patterns.</summary>
    private protected IEnumerable<string> OwnErrors()
    {
        foreach (var error in ListErrors(nameof(AllowList), AllowList).Concat(ListErrors(nameof(DenyList), DenyList))) yield return error;
        if (Patterns.Count > PatternsMax) yield return $"Patterns has {Patterns.Count} entries. Leave at most {PatternsMax}.";
        foreach (var (name, pattern) in Patterns)
            foreach (var error in pattern.Validate(name)) yield return $"Patterns:{name}: {error}";
    }

    private static IEnumerable<string> ListErrors(string name, IList<string> entries)
    {
        if (entries.Count > ListEntriesMax) yield return $"{name} has {entries.Count} entries. Leave at most {ListEntriesMax}.";
        for (var i = 0; i < entries.Count; i++)
            if (string.IsNullOrWhiteSpace(entries[i]) || entries[i].Length > ListEntryCharsMax)
                yield return $"{name}:{i} is empty or longer than {ListEntryCharsMax} characters. Shorten it, or remove it.";
    }
}
