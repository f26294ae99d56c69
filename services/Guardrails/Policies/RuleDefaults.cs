using System.Collections.Frozen;
using Millrace.Guardrails.Injection;

namespace Millrace.Guardrails.Policies;

/// <summary>What rules do where a policy does not say. An id goes before its family; what is in neither is allowed.</summary>
internal static class RuleDefaults
{
    private const float ContentScoreMin = 0.7f;

    // Kinds of content that no deployment has a use for.
    private static readonly string[] Gravest = ["content.sexual_minors", "content.self_harm_instructions", "content.illicit_violent"];

    // A swear word is no finding unless an operator says so.
    private static readonly (string Selector, RuleAction Action)[] Content =
    [
        ("content.*", RuleAction.Flag),
        ("content.profanity", RuleAction.Allow),
        .. Gravest.Select(rule => (rule, RuleAction.Block)),
    ];

    private static readonly FrozenDictionary<string, RuleAction> Input = Table(
        [
            .. Content,
            ("pii.*", RuleAction.Flag),
            ("secret.*", RuleAction.Flag),
            ("injection.*", RuleAction.Block),
            (InjectionDetector.IndirectRule, RuleAction.Allow),
            ("topic.*", RuleAction.Block),
            ("custom.*", RuleAction.Flag),
        ]);

    private static readonly FrozenDictionary<string, RuleAction> Documents = Table(
        [
            .. Content,
            ("secret.*", RuleAction.Flag),
            ("injection.*", RuleAction.Block),
            (InjectionDetector.IndirectRule, RuleAction.Flag),
            ("custom.*", RuleAction.Flag),
        ]);

    // Content is judged by the sentence, and a stream waits for each sentence's end meanwhile: who wants that turns it on.
    private static readonly FrozenDictionary<string, RuleAction> Output = Table(
        [
            ("pii.*", RuleAction.Mask),
            ("secret.*", RuleAction.Mask),
            ("leak.*", RuleAction.Block),
            ("grounding.*", RuleAction.Flag),
            ("custom.*", RuleAction.Mask),
            ("pseudonym.*", RuleAction.Pseudonym),
        ]);

    /// <summary>The action of a rule or a family.</summary>
    public static RuleAction ActionOf(GuardDirection direction, string rule)
    {
        var table = direction switch
        {
            GuardDirection.Documents => Documents,
            GuardDirection.Output => Output,
            _ => Input,
        };
        return table.TryGetValue(rule, out var action) ? action : table.GetValueOrDefault(RuleNames.FamilyOf(rule));
    }

    /// <summary>The threshold of a rule; null when the policy's for blocking applies.</summary>
    public static float? ScoreMinOf(string rule) => RuleNames.FamilyOf(rule) == "content.*" ? ContentScoreMin : null;

    private static FrozenDictionary<string, RuleAction> Table(IEnumerable<(string Selector, RuleAction Action)> actions) => actions
        .Append((RuleNames.Deny, RuleAction.Block))
        .ToFrozenDictionary(pair => pair.Item1, pair => pair.Item2, StringComparer.Ordinal);
}
