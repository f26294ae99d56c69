using System.Globalization;
using Millrace.Guardrails.Detection;
using Millrace.Guardrails.Grounding;
using Millrace.Guardrails.Topics;

namespace Millrace.Guardrails.Policies;

/// <summary>
/// One policy. Rules are named by id (<c>pii.email</c>) or by family (<c>pii.*</c>); an id wins over its family. What is not named is
/// as by default: see <see cref="RuleDefaults"/> and docs/guardrails.md.
/// </summary>
public sealed class PolicyOptions
{
    private const string ActionsText = "allow, flag, mask, hash, pseudonym or block";

    private static readonly Dictionary<string, RuleAction> ActionNames =
        Enum.GetValues<RuleAction>().ToDictionary(action => action.ToString(), StringComparer.OrdinalIgnoreCase);

    /// <summary>Longest input text, in UTF-16 code units; a longer one is blocked.</summary>
    /// <value>Default 50,000.</value>
    public int InputCharsMax { get; set; } = 50_000;

    /// <summary>Score from which a rule that blocks does so; a finding below it is flagged. Thresholds of a rule go before it.</summary>
    /// <value>Default 0.5.</value>
    public float BlockScoreMin { get; set; } = 0.5f;

    /// <summary>Actions on input: allow, flag, mask, hash, pseudonym or block.</summary>
    public IDictionary<string, string> Input { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Actions on retrieved passages and on results of tools. One that blocks keeps that text alone from the model.</summary>
    public IDictionary<string, string> Documents { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Actions on output: allow, flag, mask, hash or block.</summary>
    public IDictionary<string, string> Output { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Scores in [0, 1], by rule or family, below which what a rule finds is no finding.</summary>
    /// <value>Default 0.7 for <c>content.*</c>, none for others.</value>
    public IDictionary<string, float> Thresholds { get; } = new Dictionary<string, float>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the whole policy is only tried: findings are counted and reported, and nothing is done about them.</summary>
    /// <value>Default false.</value>
    public bool DryRun { get; set; }

    /// <summary>Rules and families that are only tried.</summary>
    /// <value>Default none.</value>
    public IList<string> DryRunRules { get; } = [];

    /// <summary>Whether requests get words that must not come back, so that instructions which leave a model are noticed.</summary>
    /// <value>Default false.</value>
    public bool Canary { get; set; }

    /// <summary>What users may talk of.</summary>
    public TopicOptions Topics { get; } = new();

    /// <summary>What happens with answers that their texts do not support.</summary>
    public GroundingOptions Grounding { get; } = new();

    /// <summary>Whether some text may get a pseudonym.</summary>
    public bool UsesPseudonyms => Input.Values.Concat(Documents.Values).Any(action => ParseAction(action) == RuleAction.Pseudonym);

    /// <summary>The policy <c>strict</c>: personal data reaches neither model nor user, and harmful content is blocked.</summary>
    public static PolicyOptions Strict()
    {
        var policy = new PolicyOptions { Canary = true };
        foreach (var family in (string[])["pii.*", "secret.*", "entity.*"])
        {
            policy.Output[family] = "mask";
            policy.Documents[family] = "mask";
            if (family != "entity.*") policy.Input[family] = "mask";
        }

        policy.Input["content.*"] = policy.Documents["content.*"] = policy.Output["content.*"] = "block";

        // A swear word alone is no reason to turn a user away.
        policy.Input["content.profanity"] = policy.Documents["content.profanity"] = "allow";
        policy.Output["content.profanity"] = "mask";
        return policy;
    }

    /// <summary>What the policy says of a rule, known or not.</summary>
    public RuleVerdict VerdictOf(GuardDirection direction, string rule)
    {
        var action = Setting(SettingsOf(direction), rule) is { } own ? ParseAction(own) ?? RuleAction.Allow
            : RuleDefaults.ActionOf(direction, rule);
        var threshold = Threshold(rule);
        var scoreMin = threshold ?? (action == RuleAction.Block && rule != RuleNames.Deny ? BlockScoreMin : 0);
        return new RuleVerdict(action, scoreMin, DryRun || Selects(DryRunRules, rule), RuleActions.PlaceholderOf(rule))
        {
            FlagsBelow = threshold is null,
        };
    }

    /// <summary>What each rule of the catalogs does on input.</summary>
    public IReadOnlyDictionary<string, RuleAction> InputActions() => ActionsOf(GuardDirection.Input);

    /// <summary>What each rule of the catalogs does on output.</summary>
    public IReadOnlyDictionary<string, RuleAction> OutputActions() => ActionsOf(GuardDirection.Output);

    /// <summary>Score from which a rule finds something; the one for blocking where it has none of its own.</summary>
    public float ScoreMinOf(string rule) => Threshold(rule) ?? BlockScoreMin;

    /// <summary>All errors; none when the policy is valid.</summary>
    /// <param name="isRule">Whether there is a rule of an id besides those of the catalogs.</param>
    public IEnumerable<string> Validate(Func<string, bool>? isRule = null)
    {
        if (InputCharsMax < 1) yield return $"InputCharsMax is {InputCharsMax}. Set it to 1 or more.";
        if (!IsScore(BlockScoreMin)) yield return $"BlockScoreMin is {Text(BlockScoreMin)}. Set it to a number from 0 to 1.";
        foreach (var direction in Enum.GetValues<GuardDirection>())
            foreach (var (selector, action) in SettingsOf(direction))
                foreach (var error in Errors(direction, selector, action, isRule)) yield return error;
        foreach (var (selector, score) in Thresholds)
        {
            if (!Names(selector, isRule)) yield return UnknownRule($"Thresholds:{selector}");
            if (!IsScore(score)) yield return $"Thresholds:{selector} is {Text(score)}. Set it to a number from 0 to 1.";
        }

        foreach (var selector in DryRunRules)
            if (!Names(selector, isRule)) yield return UnknownRule($"DryRunRules: {selector}");
        foreach (var error in Topics.Validate().Concat(Grounding.Validate())) yield return error;
    }

    /// <summary>All that the policy decides by, as lines in a fixed order: equal exactly when two policies decide alike.</summary>
    internal IEnumerable<string> Content(IEnumerable<string> rules)
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"{InputCharsMax} {BlockScoreMin:R} {Canary}");
        foreach (var line in Topics.Content().Append(Grounding.Content())) yield return line;
        foreach (var rule in rules.Concat(RuleNames.Families).Distinct().Order(StringComparer.Ordinal))
            foreach (var direction in Enum.GetValues<GuardDirection>())
            {
                var verdict = VerdictOf(direction, rule);
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{direction} {rule} {verdict.Action} {verdict.ScoreMin:R} {verdict.FlagsBelow} {verdict.IsDryRun}");
            }
    }

    private static IEnumerable<string> Errors(GuardDirection direction, string selector, string action, Func<string, bool>? isRule)
    {
        if (!Names(selector, isRule)) yield return UnknownRule($"{direction}:{selector}");
        if (ParseAction(action) is not { } parsed)
            yield return $"{direction}:{selector} is '{action}'. Set it to {ActionsText}.";
        else if (parsed == RuleAction.Pseudonym && direction == GuardDirection.Output)
            yield return $"{direction}:{selector} is pseudonym, which nobody could turn back. Set it to mask or hash.";
    }

    private static string UnknownRule(string setting) =>
        $"{setting} names no rule. Use {string.Join(", ", RuleNames.Families)} or a rule of theirs, such as "
        + $"{string.Join(", ", RuleCatalog.Rules.Take(4))}; docs/guardrails.md has all.";

    private static bool Names(string selector, Func<string, bool>? isRule) => RuleNames.IsFamily(selector)
        ? RuleNames.Families.Contains(selector, StringComparer.OrdinalIgnoreCase)
        : RuleCatalog.Contains(selector) || isRule?.Invoke(selector) is true;

    private static bool Selects(IEnumerable<string> selectors, string rule) => selectors.Any(selector =>
        selector.Equals(rule, StringComparison.OrdinalIgnoreCase)
        || selector.Equals(RuleNames.FamilyOf(rule), StringComparison.OrdinalIgnoreCase));

    private static string? Setting(IDictionary<string, string> settings, string rule) =>
        settings.TryGetValue(rule, out var own) || settings.TryGetValue(RuleNames.FamilyOf(rule), out own) ? own : null;

    private static RuleAction? ParseAction(string value) =>
        ActionNames.TryGetValue(value.Trim(), out var action) ? action : null;

    private static bool IsScore(float score) => score is >= 0 and <= 1;

    private static string Text(float score) => score.ToString(CultureInfo.InvariantCulture);

    private Dictionary<string, RuleAction> ActionsOf(GuardDirection direction) =>
        DetectorCatalog.Rules.ToDictionary(rule => rule, rule => VerdictOf(direction, rule).Action);

    private float? Threshold(string rule) =>
        Thresholds.TryGetValue(rule, out var own) || Thresholds.TryGetValue(RuleNames.FamilyOf(rule), out own)
            ? own : RuleDefaults.ScoreMinOf(rule);

    private IDictionary<string, string> SettingsOf(GuardDirection direction) => direction switch
    {
        GuardDirection.Documents => Documents,
        GuardDirection.Output => Output,
        _ => Input,
    };
}
