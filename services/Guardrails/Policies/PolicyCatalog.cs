using System.Collections.Frozen;
using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Guardrails.Policies;

/// <summary>The policies by name.</summary>
public sealed class PolicyCatalog(IOptions<GuardrailsOptions> options)
{
    private readonly FrozenDictionary<string, GuardPolicy> _policies = options.Value.Policies.ToFrozenDictionary(
        pair => pair.Key, pair => new GuardPolicy(pair.Key, pair.Value), StringComparer.OrdinalIgnoreCase);

    /// <summary>All policies.</summary>
    public IReadOnlyCollection<GuardPolicy> All => _policies.Values;

    /// <summary>A policy.</summary>
    /// <param name="name">Its name; empty for the default policy.</param>
    /// <exception cref="MillraceException"><see cref="Reason.PolicyNotFound"/>.</exception>
    public GuardPolicy Get(string name)
    {
        if (_policies.TryGetValue(name.Length == 0 ? options.Value.DefaultPolicy : name, out var policy)) return policy;

        var known = string.Join(", ", _policies.Keys.Order(StringComparer.Ordinal));
        throw new MillraceException(Reason.PolicyNotFound, $"There is no policy '{name}'. Use {known}, or leave it empty.")
        {
            Param = "policy",
        };
    }
}
