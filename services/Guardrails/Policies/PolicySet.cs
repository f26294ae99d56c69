using System.Collections.Concurrent;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Guardrails.Policies;

/// <summary>The policies of one moment, by tenant and name. What is asked for is prepared once. Safe for use by several threads.</summary>
public sealed class PolicySet
{
    private const string Nobody = "";

    private readonly ConcurrentDictionary<(string Tenant, string Name), Lazy<GuardPolicy>> _policies = [];
    private readonly ConcurrentDictionary<string, Lazy<OwnRules>> _own = [];

    /// <summary>Prepares policies.</summary>
    /// <param name="options">Valid settings, which are not changed afterwards.</param>
    public PolicySet(GuardrailsOptions options) => Options = options;

    /// <summary>The settings.</summary>
    public GuardrailsOptions Options { get; }

    /// <summary>The policies that all tenants share, as a tenant without settings of its own has them.</summary>
    public IEnumerable<GuardPolicy> Shared => NamesOf(Nobody).Select(name => Get(Nobody, name));

    /// <summary>The policies that a tenant may name, in order of their names.</summary>
    public IEnumerable<GuardPolicy> Of(string tenant) => NamesOf(tenant).Select(name => Get(tenant, name));

    /// <summary>Name of the policy of a tenant's requests that name none.</summary>
    public string DefaultOf(string tenant) => TenantOf(tenant)?.Policy is { Length: > 0 } own ? own : Options.DefaultPolicy;

    /// <summary>A policy.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="name">Its name; empty for the default policy.</param>
    /// <exception cref="MillraceException"><see cref="Reason.PolicyNotFound"/>.</exception>
    public GuardPolicy Get(string tenant, string name)
    {
        var wanted = name.Length == 0 ? DefaultOf(tenant) : name;
        if (Find(tenant, wanted) is not { } options) throw NotFound(tenant, wanted);

        // Names come from requests; as many entries are kept as there are policies, whatever the case of their letters.
        var key = (TenantOf(tenant) is null ? Nobody : tenant, wanted.ToLowerInvariant());
        return _policies.GetOrAdd(
            key, _ => new Lazy<GuardPolicy>(() => new GuardPolicy(key.Item2, options, OwnOf(key.Item1)))).Value;
    }

    private TenantOptions? TenantOf(string tenant) => Options.Tenants.TryGetValue(tenant, out var own) ? own : null;

    private PolicyOptions? Find(string tenant, string name) =>
        TenantOf(tenant)?.Policies.TryGetValue(name, out var own) is true ? own
        : Options.Policies.TryGetValue(name, out var shared) ? shared : null;

    private OwnRules OwnOf(string tenant) => _own.GetOrAdd(tenant, _ => new Lazy<OwnRules>(
        () => TenantOf(tenant) is { } own ? OwnRules.Of(Options, own) : OwnRules.Of(Options))).Value;

    private IEnumerable<string> NamesOf(string tenant) => (TenantOf(tenant)?.Policies.Keys ?? []).Concat(Options.Policies.Keys)
        .Select(name => name.ToLowerInvariant()).Distinct().Order(StringComparer.Ordinal);

    private MillraceException NotFound(string tenant, string name) => new(
        Reason.PolicyNotFound, $"There is no policy '{name}'. Use {string.Join(", ", NamesOf(tenant))}, or leave it empty.")
    {
        Param = "policy",
    };
}
