namespace Millrace.Guardrails.Policies;

/// <summary>What one tenant has of its own. Nobody else sees it.</summary>
public sealed class TenantOptions : OwnRulesOptions
{
    /// <summary>Most policies of one tenant.</summary>
    public const int PoliciesMax = 64;

    /// <summary>Policy of the tenant's requests that name none; empty for the service's.</summary>
    public string Policy { get; set; } = string.Empty;

    /// <summary>Policies of its own; one of a name that the service has too is used in its place.</summary>
    public IDictionary<string, PolicyOptions> Policies { get; } =
        new Dictionary<string, PolicyOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>All errors.</summary>
    /// <param name="shared">Settings that all tenants share.</param>
    internal IEnumerable<string> Validate(GuardrailsOptions shared)
    {
        if (Policies.Count > PoliciesMax) yield return $"Policies has {Policies.Count} entries. Leave at most {PoliciesMax}.";
        if (Policy.Length > 0 && !Policies.ContainsKey(Policy) && !shared.Policies.ContainsKey(Policy))
            yield return $"Policy is '{Policy}', which is neither under its Policies nor under those of all. Add it, or name another.";
        foreach (var error in OwnErrors()) yield return error;

        var rules = CustomRules.Concat(shared.CustomRules).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, policy) in Policies)
            foreach (var error in policy.Validate(rules.Contains)) yield return $"Policies:{name}: {error}";
    }
}
