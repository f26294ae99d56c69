using System.Security.Cryptography;
using System.Text;

namespace Millrace.Guardrails.Policies;

/// <summary>
/// A validated policy with a tenant's lists and patterns, ready to run. Immutable; its rules are prepared when first asked for.
/// </summary>
public sealed class GuardPolicy
{
    private const int VersionDigits = 16;

    private readonly OwnRules _own;
    private readonly RuleActions[] _actions;
    private readonly Lazy<RuleSet>[] _rules;
    private readonly Lazy<RuleSet>[] _allRules;

    /// <summary>Prepares a policy.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">Valid options.</param>
    /// <param name="own">Lists and patterns that apply; none when left out.</param>
    public GuardPolicy(string name, PolicyOptions options, OwnRules? own = null)
    {
        _own = own ?? OwnRules.None;
        (Name, Options) = (name, options);
        _actions = [.. Enum.GetValues<RuleScope>().Select(scope => ActionsOf(options, scope))];
        _rules = [.. _actions.Select(actions => new Lazy<RuleSet>(() => Rules(actions)))];
        _allRules = [.. _actions.Select(actions => new Lazy<RuleSet>(() => Rules(actions.TryingAll())))];
        Version = VersionOf(options, _own);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its settings.</summary>
    public PolicyOptions Options { get; }

    /// <summary>Hash of all that the policy decides by: equal exactly when its content is.</summary>
    public string Version { get; }

    /// <summary>Longest input text, in UTF-16 code units.</summary>
    public int InputCharsMax => Options.InputCharsMax;

    /// <summary>Rules of a user's texts on their way to a model.</summary>
    public RuleSet Input => RulesOf(RuleScope.User);

    /// <summary>Rules of texts on their way to a user.</summary>
    public RuleSet Output => RulesOf(RuleScope.Output);

    /// <summary>The rules of texts of a kind.</summary>
    public RuleSet RulesOf(RuleScope scope) => _rules[(int)scope].Value;

    /// <summary>The same with every rule running, those that are off as a trial.</summary>
    public RuleSet AllRulesOf(RuleScope scope) => _allRules[(int)scope].Value;

    /// <summary>What the policy says of a rule.</summary>
    public RuleVerdict VerdictOf(RuleScope scope, string rule) => _actions[(int)scope].Of(rule);

    private static RuleActions ActionsOf(PolicyOptions options, RuleScope scope)
    {
        var actions = RuleActions.Of(options, scope.Direction());
        return scope switch
        {
            RuleScope.Assistant => actions.Without(RuleNames.InjectionFamily),
            RuleScope.System => actions.Only(RuleNames.Deny),
            _ => actions,
        };
    }

    private static string VersionOf(PolicyOptions options, OwnRules own)
    {
        var content = string.Join('\n', options.Content(RuleCatalog.Rules.Concat(own.Rules)).Concat(own.Content));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..VersionDigits];
    }

    private RuleSet Rules(RuleActions actions) => new(_own.Recognisers, _own.Detectors, actions);
}
