using System.Collections.Concurrent;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Orchestration;

/// <summary>What every instance of an application shares.</summary>
internal sealed record InstanceServices(
    IServiceProvider Provider, ResourceNotificationService Notifications, IDistributedApplicationEventing Eventing, TimeProvider Time)
{
    public required LaunchPlanner Planner { get; init; }

    public required HealthMonitor Health { get; init; }

    public required ReadyAnnouncer Ready { get; init; }

    public required OrchestratorOptions Options { get; init; }

    public string LogPath(ResourceInstance instance) => Path.Combine(Options.LogsFolder, $"{instance.Name}.log");

    /// <summary>Ends the application where it was asked for: a system of which a part cannot start is of no use to a script.</summary>
    public void OnFailedToStart()
    {
        if (!Options.StopOnFailedStart) return;
        Environment.ExitCode = 1;
        Provider.GetRequiredService<IHostApplicationLifetime>().StopApplication();
    }

    public InstanceLog OpenLog(ResourceInstance instance) => new(Options, instance.Name);
}

/// <summary>Publishes the ready event of a resource once, for its first healthy replica; the others wait for its handlers too.</summary>
internal sealed class ReadyAnnouncer(IServiceProvider provider, IDistributedApplicationEventing eventing)
{
    private readonly ConcurrentDictionary<IResource, Lazy<Task>> _announced = new();

    public Task AnnounceAsync(IResource resource, CancellationToken cancellationToken) =>
        _announced.GetOrAdd(
            resource,
            key => new Lazy<Task>(() => eventing.PublishAsync(new ResourceReadyEvent(key, provider), cancellationToken))).Value;
}

/// <summary>The random part of an instance's id: eight lower-case letters.</summary>
internal static class InstanceSuffix
{
    private const int Chars = 8;

    public static string New() => Random.Shared.GetString("abcdefghijklmnopqrstuvwxyz", Chars);
}

internal static class SnapshotProperties
{
    /// <summary>The same snapshot with these properties set; a null value removes one.</summary>
    public static CustomResourceSnapshot With(this CustomResourceSnapshot snapshot, params ResourcePropertySnapshot[] properties)
    {
        var names = properties.Select(property => property.Name).ToHashSet();
        var kept = snapshot.Properties.Where(old => !names.Contains(old.Name));
        return snapshot with { Properties = [.. kept, .. properties.Where(property => property.Value is not null)] };
    }
}
