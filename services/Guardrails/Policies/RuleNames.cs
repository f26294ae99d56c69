namespace Millrace.Guardrails.Policies;

/// <summary>Ids of rules: a family, a dot, a name. A selector is an id, or a family and <c>.*</c>.</summary>
public static class RuleNames
{
    /// <summary>Ends a selector of a whole family.</summary>
    public const string FamilySuffix = ".*";

    /// <summary>Rule of texts that are too long.</summary>
    public const string InputLength = "limit.input_length";

    /// <summary>Rule of texts on a deny list.</summary>
    public const string Deny = "custom.deny";

    /// <summary>Rule under which a pseudonym becomes its text again.</summary>
    public const string Restored = "pseudonym.restored";

    /// <summary>Family of the operator's and the tenants' own patterns.</summary>
    public const string CustomFamily = "custom.*";

    /// <summary>Family of attacks on the model.</summary>
    public const string InjectionFamily = "injection.*";

    /// <summary>The families there are, as selectors.</summary>
    public static IReadOnlyList<string> Families { get; } =
    [
        "pii.*", "secret.*", "entity.*", InjectionFamily, "content.*", "topic.*", "leak.*", "grounding.*", CustomFamily,
    ];

    /// <summary>The selector of a rule's family, such as <c>pii.*</c>.</summary>
    public static string FamilyOf(string rule)
    {
        var dot = rule.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? rule + FamilySuffix : rule[..dot] + FamilySuffix;
    }

    /// <summary>The name by which what a rule found is replaced: <c>EMAIL</c> for <c>pii.email</c>.</summary>
    public static string LabelOf(string rule) => rule[(rule.IndexOf('.', StringComparison.Ordinal) + 1)..].ToUpperInvariant();

    /// <summary>Whether a selector names a family.</summary>
    public static bool IsFamily(string selector) => selector.EndsWith(FamilySuffix, StringComparison.Ordinal);
}
