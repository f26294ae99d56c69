using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Aspire.Hosting.Orchestration;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The state of every instance, and its changes.</summary>
public class ResourceNotificationService
{
    private const int PendingEventsMax = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ResourceEvent> _current = new(StringComparer.OrdinalIgnoreCase);
    private ImmutableArray<Channel<ResourceEvent>> _watchers = [];

    /// <summary>Every instance as it is now, then every change, until cancelled.</summary>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateBounded<ResourceEvent>(PendingEventsMax);
        lock (_gate)
        {
            foreach (var known in _current.Values) channel.Writer.TryWrite(known);
            _watchers = _watchers.Add(channel);
        }

        try
        {
            await foreach (var change in channel.Reader.ReadAllAsync(cancellationToken)) yield return change;
        }
        finally
        {
            lock (_gate) _watchers = _watchers.Remove(channel);
        }
    }

    /// <summary>Waits until the resource is in that state, Running where none is given.</summary>
    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default) =>
        WaitForResourceAsync(resourceName, [targetState ?? KnownResourceStates.Running], cancellationToken);

    /// <summary>Waits until the resource is in one of the states, and returns it.</summary>
    public async Task<string> WaitForResourceAsync(
        string resourceName, IEnumerable<string> targetStates, CancellationToken cancellationToken = default)
    {
        var states = targetStates.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var match = await WaitForResourceAsync(
            resourceName, change => change.Snapshot.State is { } state && states.Contains(state.Text), cancellationToken);
        return match.Snapshot.State?.Text ?? "";
    }

    /// <summary>Waits for the first event of the resource that matches.</summary>
    public async Task<ResourceEvent> WaitForResourceAsync(
        string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        await foreach (var change in WatchAsync(cancellationToken))
            if (IsNamed(change, resourceName) && predicate(change)) return change;
        throw new OperationCanceledException($"Cancelled while waiting for resource '{resourceName}'.", cancellationToken);
    }

    /// <summary>Waits until the resource runs, its checks pass and its ready handlers have finished.</summary>
    /// <exception cref="DistributedApplicationException">The resource failed to start or finished.</exception>
    public async Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default)
    {
        var change = await WaitForResourceAsync(resourceName, e => e.Snapshot.IsHealthy || HasEnded(e.Snapshot), cancellationToken);
        return change.Snapshot.IsHealthy ? change : throw Unavailable(change, "become healthy");
    }

    /// <summary>Waits for what the resource waits for.</summary>
    /// <exception cref="DistributedApplicationException">A dependency failed to start or ended in another way than asked.</exception>
    public async Task WaitForDependenciesAsync(IResource resource, CancellationToken cancellationToken)
    {
        foreach (var wait in resource.Annotations.OfType<WaitAnnotation>()) await WaitForDependencyAsync(wait, cancellationToken);
    }

    /// <summary>The latest state of one instance, by its id.</summary>
    public bool TryGetCurrentState(string resourceId, [NotNullWhen(true)] out ResourceEvent? resourceEvent)
    {
        lock (_gate) return _current.TryGetValue(resourceId, out resourceEvent);
    }

    /// <summary>Changes the state of every instance of a resource; one that has no instance yet gets its own name as id.</summary>
    public Task PublishUpdateAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        var ids = InstancesOf(resource).Select(instance => instance.ResourceId).DefaultIfEmpty(resource.Name).ToList();
        foreach (var id in ids) Publish(resource, id, stateFactory);
        return Task.CompletedTask;
    }

    /// <summary>Changes the state of one instance.</summary>
    public Task PublishUpdateAsync(
        IResource resource, string resourceId, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        Publish(resource, resourceId, stateFactory);
        return Task.CompletedTask;
    }

    internal ResourceEvent Publish(IResource resource, string resourceId, Func<CustomResourceSnapshot, CustomResourceSnapshot> change)
    {
        lock (_gate)
        {
            var before = _current.TryGetValue(resourceId, out var known) ? known.Snapshot : Initial(resource);
            var after = new ResourceEvent(resource, resourceId, change(before));
            _current[resourceId] = after;
            foreach (var watcher in _watchers)
                if (!watcher.Writer.TryWrite(after))
                    watcher.Writer.TryComplete(new InvalidOperationException($"A watcher fell {PendingEventsMax} events behind."));
            return after;
        }
    }

    internal IReadOnlyList<ResourceEvent> InstancesOf(IResource resource)
    {
        lock (_gate) return [.. _current.Values.Where(instance => ReferenceEquals(instance.Resource, resource))];
    }

    private async Task WaitForDependencyAsync(WaitAnnotation wait, CancellationToken cancellationToken)
    {
        foreach (var instance in DependencyGraph.StandsFor(wait.Resource).SelectMany(InstancesOf))
            await WaitForInstanceAsync(wait, instance.ResourceId, cancellationToken);
    }

    private async Task WaitForInstanceAsync(WaitAnnotation wait, string resourceId, CancellationToken cancellationToken)
    {
        var change = await WaitForResourceAsync(
            resourceId, e => IsSatisfied(wait, e.Snapshot) || HasEnded(e.Snapshot), cancellationToken);
        if (!IsSatisfied(wait, change.Snapshot)) throw Unavailable(change, Goal(wait));
    }

    private static bool IsSatisfied(WaitAnnotation wait, CustomResourceSnapshot snapshot) => wait.WaitType switch
    {
        WaitType.WaitUntilHealthy => snapshot.IsHealthy,
        WaitType.WaitUntilStarted => snapshot.State?.Text == KnownResourceStates.Running,
        _ => snapshot.State?.Text == KnownResourceStates.Finished && snapshot.ExitCode == wait.ExitCode,
    };

    private static string Goal(WaitAnnotation wait) => wait.WaitType switch
    {
        WaitType.WaitUntilHealthy => "become healthy",
        WaitType.WaitUntilStarted => "start",
        _ => $"finish with exit code {wait.ExitCode}",
    };

    // An instance in state Exited is started again, so only these two are the end of waiting.
    private static bool HasEnded(CustomResourceSnapshot snapshot) =>
        snapshot.State?.Text is KnownResourceStates.FailedToStart or KnownResourceStates.Finished;

    private static DistributedApplicationException Unavailable(ResourceEvent change, string goal)
    {
        var why = change.Snapshot.State?.Text == KnownResourceStates.FailedToStart ? "it failed to start" : "it finished";
        return new DistributedApplicationException($"Stopped waiting for resource '{change.Resource.Name}' to {goal} because {why}.");
    }

    private static bool IsNamed(ResourceEvent change, string name) =>
        string.Equals(change.Resource.Name, name, StringComparison.OrdinalIgnoreCase)
        || string.Equals(change.ResourceId, name, StringComparison.OrdinalIgnoreCase);

    private static CustomResourceSnapshot Initial(IResource resource) => new()
    {
        ResourceType = resource switch
        {
            ProjectResource => "Project",
            ExecutableResource => "Executable",
            ParameterResource => "Parameter",
            _ => resource.GetType().Name,
        },
        Properties = [],
    };
}
