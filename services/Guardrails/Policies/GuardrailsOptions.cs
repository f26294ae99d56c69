using System.ComponentModel.DataAnnotations;
using Millrace.Guardrails.Evidence;
using Millrace.Guardrails.Pseudonyms;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Guardrails.Policies;

/// <summary>Settings of the guardrails, section <c>Guardrails</c>. The lists and patterns here are every tenant's.</summary>
public sealed class GuardrailsOptions : OwnRulesOptions, ISelfValidating
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Guardrails";

    /// <summary>Most tenants with settings of their own.</summary>
    public const int TenantsMax = 10_000;

    /// <summary>Policy of requests that name none.</summary>
    /// <value>Default <c>default</c>.</value>
    [Required]
    public string DefaultPolicy { get; set; } = "default";

    /// <summary>Policies by name.</summary>
    /// <value>Default: <c>default</c>, as <see cref="PolicyOptions"/> is, and <c>strict</c>. Settings of those names change them.</value>
    public IDictionary<string, PolicyOptions> Policies { get; } = new Dictionary<string, PolicyOptions>(StringComparer.OrdinalIgnoreCase)
    {
        ["default"] = new(), ["strict"] = PolicyOptions.Strict(),
    };

    /// <summary>What tenants have of their own, by the tenant's name.</summary>
    /// <value>Default none; at most 10,000.</value>
    public IDictionary<string, TenantOptions> Tenants { get; } = new Dictionary<string, TenantOptions>(StringComparer.Ordinal);

    /// <summary>Most texts in one input check.</summary>
    /// <value>Default 1,024.</value>
    [Range(1, 65_536)]
    public int TextsMax { get; set; } = 1024;

    /// <summary>Most findings that are reported of one text; more are still acted upon, and one that blocks is always reported.</summary>
    /// <value>Default 1,000.</value>
    [Range(1, 100_000)]
    public int FindingsMax { get; set; } = 1000;

    /// <summary>Most characters of an answer whose support is checked.</summary>
    /// <value>Default 50,000.</value>
    [Range(1, 1_000_000)]
    public int GroundingAnswerCharsMax { get; set; } = 50_000;

    /// <summary>Most characters of all texts together that an answer is held to.</summary>
    /// <value>Default 1,048,576: 256 passages of 4,096 characters.</value>
    [Range(1, 16_777_216)]
    public int GroundingContextCharsMax { get; set; } = 1_048_576;

    /// <summary>Key that seals pseudonyms and makes hashes: 32 bytes in base64. Needed where several processes serve.</summary>
    /// <value>Default empty: a random one for each process.</value>
    public string PseudonymKey { get; set; } = string.Empty;

    /// <summary>Path of a file with the key, in place of <see cref="PseudonymKey"/>.</summary>
    public string PseudonymKeyFile { get; set; } = string.Empty;

    /// <summary>What is told of findings.</summary>
    public EvidenceOptions Evidence { get; } = new();

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (!Policies.ContainsKey(DefaultPolicy))
            yield return $"DefaultPolicy is '{DefaultPolicy}', which is not under Policies. "
                + $"Add it there, or name one of {string.Join(", ", Policies.Keys)}.";
        if (ServiceKey.Problem(PseudonymKey, PseudonymKeyFile) is { } problem) yield return problem;
        foreach (var error in OwnErrors().Concat(Evidence.Validate())) yield return error;
        if (Tenants.Count > TenantsMax) yield return $"Tenants has {Tenants.Count} entries. Leave at most {TenantsMax}.";

        // A policy of all may name a pattern that only some tenant has.
        var rules = Tenants.Values.SelectMany(tenant => tenant.CustomRules).Concat(CustomRules).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, policy) in Policies)
            foreach (var error in policy.Validate(rules.Contains)) yield return $"Policies:{name}: {error}";
        foreach (var (name, tenant) in Tenants)
            foreach (var error in tenant.Validate(this)) yield return $"Tenants:{name}: {error}";
    }
}
