using Microsoft.Extensions.Options;
using Millrace.Gateway.Inference;

namespace Millrace.Gateway.Resilience;

/// <summary>The gates of all services that the Gateway calls.</summary>
public sealed class Dependencies
{
    private readonly Dictionary<string, DependencyGate> _byName;
    private readonly PoolMembers _members;

    /// <summary>Makes a gate for each.</summary>
    public Dependencies(
        IOptions<ResilienceOptions> options,
        PoolMembers members,
        TimeProvider time,
        ResilienceTelemetry telemetry,
        ILogger<DependencyGate> logger)
    {
        _members = members;
        _byName = Dependency.Names.ToDictionary(
            name => name, name => new DependencyGate(name, options.Value.Of(name), time, telemetry, logger), StringComparer.Ordinal);
        telemetry.Observe(_byName.Values, ActiveModes);
    }

    /// <summary>The gate of a service.</summary>
    /// <param name="name">One of <see cref="Dependency.Names"/>.</param>
    public DependencyGate this[string name] => _byName[name];

    internal IReadOnlyCollection<DependencyGate> All => _byName.Values;

    /// <summary>The modes in which requests are answered now, because a service counts as down.</summary>
    internal IReadOnlyList<string> ActiveModes() =>
        [.. DegradedModes.OfDependencies.Where(mode => IsDown(mode.Dependency)).Select(mode => mode.Name)];

    private bool IsDown(string? name) => name switch
    {
        null => false,
        Dependency.Inference => _members.IsDown,
        _ => _byName[name].Circuit.IsOpen,
    };
}
