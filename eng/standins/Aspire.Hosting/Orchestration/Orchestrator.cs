using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Orchestration;

/// <summary>Runs the model on this machine: addresses first, then all resources, each when what it waits for is there.</summary>
internal sealed class Orchestrator(
    DistributedApplicationModel model, EndpointAllocator endpoints, InstanceServices services, ResourceConsole console)
    : IHostedService, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<ResourceInstance> _instances = [];
    private readonly List<ReplicaProxy> _proxies = [];
    private Task? _stopped;

    public TimeSpan ShutdownGrace => services.Options.ShutdownGrace;

    public bool IsStarted { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await services.Eventing.PublishAsync(new BeforeStartEvent(services.Provider, model), cancellationToken);
        await ValidateAsync(cancellationToken);
        await AllocateEndpointsAsync(cancellationToken);
        CreateInstances();
        StartProxies();
        console.Start(_instances);
        foreach (var instance in _instances.Where(instance => !IsExplicit(instance.Resource))) instance.Start();
        IsStarted = true;
        await services.Eventing.PublishAsync(new AfterResourcesCreatedEvent(services.Provider, model), cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_gate) return _stopped ??= StopInOrderAsync();
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    /// <summary>The instances of a resource by its name, or one instance by its id, regardless of case.</summary>
    public IReadOnlyList<ResourceInstance> Find(string nameOrId) => _instances.FindAll(instance =>
        string.Equals(instance.Resource.Name, nameOrId, StringComparison.OrdinalIgnoreCase)
        || string.Equals(instance.Id, nameOrId, StringComparison.OrdinalIgnoreCase));

    private IEnumerable<IResource> Processes => model.Resources.Where(resource => resource is ProjectResource or ExecutableResource);

    private async Task ValidateAsync(CancellationToken cancellationToken)
    {
        DependencyGraph.RequireNoCircularWait(model.Resources);
        foreach (var resource in Processes) services.Health.RequireRegistered(resource);
        foreach (var parameter in model.Resources.OfType<ParameterResource>()) await parameter.GetValueAsync(cancellationToken);
        RequireBuilt();
    }

    /// <summary>All missing builds at once, one line each.</summary>
    private void RequireBuilt()
    {
        var problems = new List<string>();
        foreach (var resource in Processes.Where(resource => !IsExplicit(resource)))
        {
            try
            {
                services.Planner.RequireBuilt(resource);
            }
            catch (DistributedApplicationException exception)
            {
                problems.Add($"'{resource.Name}' cannot start. {exception.Message}");
            }
        }

        if (problems.Count > 0) throw new DistributedApplicationException(string.Join(Environment.NewLine, problems));
    }

    private async Task AllocateEndpointsAsync(CancellationToken cancellationToken)
    {
        foreach (var resource in Processes.OfType<IResourceWithEndpoints>()) endpoints.Allocate(resource);
        foreach (var resource in Processes.OfType<IResourceWithEndpoints>())
            await services.Eventing.PublishAsync(new ResourceEndpointsAllocatedEvent(resource, services.Provider), cancellationToken);
    }

    private void CreateInstances()
    {
        foreach (var resource in Processes)
        {
            var replicas = resource.GetReplicaCount();
            for (var replica = 0; replica < replicas; replica++)
            {
                var name = replicas == 1 ? resource.Name : string.Create(CultureInfo.InvariantCulture, $"{resource.Name}.{replica}");
                _instances.Add(new ResourceInstance(resource, replica, name, services));
            }
        }

        foreach (var instance in _instances) instance.Announce();
    }

    private void StartProxies()
    {
        const int Backlog = 512;
        foreach (var (resource, endpoint, reservation) in endpoints.Proxied)
        {
            var replicas = _instances.FindAll(instance => ReferenceEquals(instance.Resource, resource));
            _proxies.Add(new ReplicaProxy(reservation.Listen(Backlog), endpoint.TargetHost, () => ServingPorts(replicas, endpoint)));
        }
    }

    private static int[] ServingPorts(List<ResourceInstance> replicas, EndpointAnnotation endpoint) =>
        [.. replicas.Where(replica => replica.IsHealthy).Select(replica => endpoint.ReplicaPorts[replica.Replica])];

    private async Task StopInOrderAsync()
    {
        var deadline = services.Time.GetUtcNow() + ShutdownGrace;
        var stages = DependencyGraph.StopStages(Processes);
        for (var stage = 0; stage < stages.Count; stage++)
        {
            // What is left of the grace period is shared by the stages to come, so that one that hangs takes no time from the others.
            var left = (deadline - services.Time.GetUtcNow()) / (stages.Count - stage);
            var grace = left > TimeSpan.Zero ? left : TimeSpan.Zero;
            var members = _instances.Where(instance => stages[stage].Contains(instance.Resource));
            await Task.WhenAll(members.Select(instance => instance.StopAsync(grace)));
        }

        foreach (var proxy in _proxies) await proxy.DisposeAsync();
        foreach (var instance in _instances) instance.Dispose();
        await console.DisposeAsync();
        endpoints.Dispose();
    }

    private static bool IsExplicit(IResource resource) => resource.TryGetLastAnnotation<ExplicitStartupAnnotation>(out _);
}
