using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Millrace.Edge.Forwarding;

/// <summary>A gateway that breaks a request off before its answer gets no more of them for a while.</summary>
internal sealed class FailedConnections(IDestinationHealthUpdater health) : IPassiveHealthCheckPolicy
{
    /// <summary>Name of the policy.</summary>
    public const string PolicyName = "failed-connections";

    private static readonly TimeSpan CoolDownDefault = TimeSpan.FromSeconds(5);

    public string Name => PolicyName;

    public void RequestProxied(HttpContext context, ClusterState cluster, DestinationState destination)
    {
        if (context.GetForwarderErrorFeature()?.Error != ForwarderError.Request || context.RequestAborted.IsCancellationRequested) return;
        var coolDown = cluster.Model.Config.HealthCheck?.Passive?.ReactivationPeriod ?? CoolDownDefault;
        health.SetPassive(cluster, destination, DestinationHealth.Unhealthy, coolDown);
    }
}
