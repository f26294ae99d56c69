using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.Policies;

/// <summary>
/// One policy. Rules are named by id (<c>pii.email</c>) or by family (<c>pii.*</c>); an id wins over its family. What is not named is
/// as by default: on input PII is flagged and injection blocked, on output PII is masked.
/// </summary>
public sealed class PolicyOptions
{
    private const string FamilySuffix = ".*";

    private static readonly string KnownRules = string.Join(", ", DetectorCatalog.Rules);

    private static readonly Dictionary<string, RuleAction> ActionNames =
        Enum.GetValues<RuleAction>().ToDictionary(action => action.ToString(), StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<string, RuleAction> InputDefaults = new()
    {
        ["pii.*"] = RuleAction.Flag,
        ["secret.*"] = RuleAction.Flag,
        ["injection.*"] = RuleAction.Block,
    };

    private static readonly Dictionary<string, RuleAction> OutputDefaults = new()
    {
        ["pii.*"] = RuleAction.Mask,
        ["secret.*"] = RuleAction.Mask,
    };

    /// <summary>Longest input text, in UTF-16 code units; a longer one is blocked.</summary>
    /// <value>Default 50,000.</value>
    public int InputCharsMax { get; set; } = 50_000;

    /// <summary>Score from which a rule that blocks does so; a finding below it is flagged.</summary>
    /// <value>Default 0.5.</value>
    public float BlockScoreMin { get; set; } = 0.5f;

    /// <summary>Actions on input: allow, flag, mask or block.</summary>
    public IDictionary<string, string> Input { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Actions on output: allow, flag, mask or block.</summary>
    public IDictionary<string, string> Output { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>What each rule does on input.</summary>
    public IReadOnlyDictionary<string, RuleAction> InputActions() => Actions(InputDefaults, Input);

    /// <summary>What each rule does on output.</summary>
    public IReadOnlyDictionary<string, RuleAction> OutputActions() => Actions(OutputDefaults, Output);

    /// <summary>All errors; none when the policy is valid.</summary>
    public IEnumerable<string> Validate()
    {
        if (InputCharsMax < 1) yield return $"InputCharsMax is {InputCharsMax}. Set it to 1 or more.";
        if (BlockScoreMin is not (>= 0 and <= 1)) yield return $"BlockScoreMin is {BlockScoreMin}. Set it to a number from 0 to 1.";
        foreach (var error in Errors(nameof(Input), Input).Concat(Errors(nameof(Output), Output))) yield return error;
    }

    private static IEnumerable<string> Errors(string direction, IDictionary<string, string> settings)
    {
        foreach (var (selector, action) in settings)
        {
            if (!DetectorCatalog.Rules.Any(rule => Selects(selector, rule)))
                yield return $"{direction}:{selector} names no rule. Use {KnownRules}, or a family such as pii.*.";
            if (ParseAction(action) is null) yield return $"{direction}:{selector} is '{action}'. Set it to allow, flag, mask or block.";
        }
    }

    private static Dictionary<string, RuleAction> Actions(Dictionary<string, RuleAction> defaults, IDictionary<string, string> settings) =>
        DetectorCatalog.Rules.ToDictionary(
            rule => rule, rule => Setting(settings, rule) ?? defaults.GetValueOrDefault(FamilyOf(rule)));

    private static RuleAction? Setting(IDictionary<string, string> settings, string rule) =>
        settings.TryGetValue(rule, out var own) || settings.TryGetValue(FamilyOf(rule), out own) ? ParseAction(own) : null;

    private static RuleAction? ParseAction(string value) =>
        ActionNames.TryGetValue(value.Trim(), out var action) ? action : null;

    private static bool Selects(string selector, string rule) =>
        selector.Equals(rule, StringComparison.OrdinalIgnoreCase) || selector.Equals(FamilyOf(rule), StringComparison.OrdinalIgnoreCase);

    private static string FamilyOf(string rule) => rule[..rule.IndexOf('.', StringComparison.Ordinal)] + FamilySuffix;
}
