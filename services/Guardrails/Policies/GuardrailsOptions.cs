using System.ComponentModel.DataAnnotations;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Guardrails.Policies;

/// <summary>Settings of the guardrails, section <c>Guardrails</c>.</summary>
public sealed class GuardrailsOptions : ISelfValidating
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Guardrails";

    /// <summary>Policy of requests that name none.</summary>
    /// <value>Default <c>default</c>.</value>
    [Required]
    public string DefaultPolicy { get; set; } = "default";

    /// <summary>Policies by name.</summary>
    /// <value>Default: one, <c>default</c>, as <see cref="PolicyOptions"/> is. Settings of that name change it.</value>
    public IDictionary<string, PolicyOptions> Policies { get; } =
        new Dictionary<string, PolicyOptions>(StringComparer.OrdinalIgnoreCase) { ["default"] = new() };

    /// <summary>Most texts in one input check.</summary>
    /// <value>Default 1,024.</value>
    [Range(1, 65_536)]
    public int TextsMax { get; set; } = 1024;

    /// <summary>Most findings that are reported of one text; more are still acted upon, and one that blocks is always reported.</summary>
    /// <value>Default 1,000.</value>
    [Range(1, 100_000)]
    public int FindingsMax { get; set; } = 1000;

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (!Policies.ContainsKey(DefaultPolicy))
            yield return $"DefaultPolicy is '{DefaultPolicy}', which is not under Policies. "
                + $"Add it there, or name one of {string.Join(", ", Policies.Keys)}.";
        foreach (var (name, policy) in Policies)
            foreach (var error in policy.Validate())
                yield return $"Policies:{name}: {error}";
    }
}
