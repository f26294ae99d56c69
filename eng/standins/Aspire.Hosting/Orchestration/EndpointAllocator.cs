using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Gives every endpoint its address. With one replica the process listens on the endpoint's own port, with no proxy in between; with
/// several, or where the public and the target port are both fixed and differ, a proxy listens and the replicas get ports of their own.
/// </summary>
internal sealed class EndpointAllocator(OrchestratorOptions options) : IDisposable
{
    private readonly List<PortReservation> _reservations = [];
    private readonly List<ProxiedEndpoint> _proxied = [];

    /// <summary>The endpoints that need a proxy.</summary>
    public IReadOnlyList<ProxiedEndpoint> Proxied => _proxied;

    public void Allocate(IResourceWithEndpoints resource)
    {
        var replicas = resource.GetReplicaCount();
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
        {
            if (replicas > 1) RequireReplicable(resource, endpoint);
            Allocate(resource, endpoint, replicas);
        }
    }

    public void Dispose()
    {
        foreach (var reservation in _reservations) reservation.Dispose();
    }

    private void Allocate(IResourceWithEndpoints resource, EndpointAnnotation endpoint, int replicas)
    {
        var port = options.RandomizePorts && endpoint.IsProxied ? null : endpoint.Port;
        var isDirect = replicas == 1 && (port is null || endpoint.TargetPort is null || port == endpoint.TargetPort);
        var reservation = Reserve(resource, endpoint, isDirect ? port ?? endpoint.TargetPort : port);
        endpoint.ReplicaPorts = isDirect
            ? [reservation.Port]
            : [.. Enumerable.Range(0, replicas).Select(_ => Reserve(resource, endpoint, endpoint.TargetPort).Port)];
        if (!isDirect) _proxied.Add(new ProxiedEndpoint(resource, endpoint, reservation));
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, PublicHost(endpoint), reservation.Port);
    }

    private PortReservation Reserve(IResource resource, EndpointAnnotation endpoint, int? port)
    {
        try
        {
            var reservation = PortReservation.Take(endpoint.TargetHost, port);
            _reservations.Add(reservation);
            return reservation;
        }
        catch (SocketException exception)
        {
            throw new DistributedApplicationException(
                $"Port {port} of endpoint '{endpoint.Name}' of '{resource.Name}' is taken: "
                + "end the program that listens on it or choose another.",
                exception);
        }
    }

    private static string PublicHost(EndpointAnnotation endpoint) =>
        endpoint.TargetHost is "*" or "+" or "0.0.0.0" or "::" ? "localhost" : endpoint.TargetHost;

    private static void RequireReplicable(IResource resource, EndpointAnnotation endpoint)
    {
        if (!endpoint.IsProxied || endpoint.TargetPort is not null)
            throw new DistributedApplicationException(
                $"Resource '{resource.Name}' uses multiple replicas and its endpoint '{endpoint.Name}' has a fixed target port "
                + "or no proxy: let the port be chosen.");
    }
}

/// <summary>An endpoint whose public port belongs to a proxy.</summary>
internal sealed record ProxiedEndpoint(IResourceWithEndpoints Resource, EndpointAnnotation Endpoint, PortReservation Reservation);
