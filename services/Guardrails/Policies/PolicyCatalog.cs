using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Millrace.Guardrails.Telemetry;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Guardrails.Policies;

/// <summary>
/// The policies in force. A change of the configuration is taken over whole when it is valid, and else told in the log, the health and the
/// metrics while the last good policies stay. A check that has begun ends under the policy it began with.
/// </summary>
public sealed class PolicyCatalog : IDisposable
{
    private readonly IOptionsFactory<GuardrailsOptions> _factory;
    private readonly GuardrailsMetrics _metrics;
    private readonly ILogger<PolicyCatalog> _logger;
    private readonly IDisposable _changes;
    private volatile PolicySet _current;
    private volatile string? _problem;

    /// <summary>Reads the policies.</summary>
    /// <exception cref="OptionsValidationException">They are not valid.</exception>
    public PolicyCatalog(
        IOptionsFactory<GuardrailsOptions> factory, IConfiguration configuration, GuardrailsMetrics metrics, ILogger<PolicyCatalog> logger)
    {
        (_factory, _metrics, _logger) = (factory, metrics, logger);
        _current = new PolicySet(factory.Create(Options.DefaultName));
        _changes = ChangeToken.OnChange(configuration.GetReloadToken, Reload);
    }

    /// <summary>The policies as they are now.</summary>
    public PolicySet Current => _current;

    /// <summary>Why the last change was not taken over; null when it was.</summary>
    public string? Problem => _problem;

    /// <summary>A policy.</summary>
    /// <param name="tenant">Whose; empty for nobody's in particular.</param>
    /// <param name="name">Its name; empty for the default policy.</param>
    /// <exception cref="MillraceException"><see cref="Reason.PolicyNotFound"/>.</exception>
    public GuardPolicy Get(string tenant, string name) => _current.Get(tenant, name);

    /// <summary>Says that a change could not even be read.</summary>
    internal void Refuse(string problem)
    {
        _problem = problem;
        _metrics.Reloaded(isTaken: false);
        GuardrailsLog.PoliciesKept(_logger, problem);
    }

    /// <inheritdoc/>
    public void Dispose() => _changes.Dispose();

    private void Reload()
    {
        try
        {
            _current = new PolicySet(_factory.Create(Options.DefaultName));
        }
        catch (Exception error) when (error is OptionsValidationException or InvalidOperationException)
        {
            Refuse(error.Message);
            return;
        }

        _problem = null;
        _metrics.Reloaded(isTaken: true);
        foreach (var policy in _current.Shared)
            GuardrailsLog.PolicyLoaded(_logger, policy.Name, policy.Version, policy.Output.HeldCharsMax);
    }
}
