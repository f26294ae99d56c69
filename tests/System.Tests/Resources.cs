using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Millrace.TestShared;

namespace Millrace.SystemTests;

/// <summary>Waits for the resources of a running application, and finds their processes.</summary>
internal static class Resources
{
    private const string ProcessId = "executable.pid";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(3);

    /// <summary>Waits until a resource is healthy.</summary>
    public static Task HealthyAsync(this DistributedApplication app, string name) =>
        app.ResourceNotifications.WaitForResourceHealthyAsync(name).WaitAsync(StartTimeout);

    /// <summary>The process id of a resource that runs.</summary>
    public static async Task<int> ProcessIdAsync(this DistributedApplication app, string name)
    {
        var running = await app.ResourceNotifications
            .WaitForResourceAsync(name, change => change.Snapshot.State?.Text == KnownResourceStates.Running).DefaultTimeout();
        var property = running.Snapshot.Properties.Single(property => property.Name == ProcessId);
        return (int)(property.Value ?? throw new InvalidOperationException($"'{name}' has no process."));
    }

    /// <summary>Waits until a resource whose process ended runs again and is healthy.</summary>
    /// <param name="app">The application.</param>
    /// <param name="name">The resource.</param>
    /// <param name="oldPid">Id of the process that ended.</param>
    public static async Task RestartedAsync(this DistributedApplication app, string name, int oldPid)
    {
        await app.ResourceNotifications.WaitForResourceAsync(
            name, change => change.Snapshot.Properties.Any(p => p.Name == ProcessId && p.Value is int pid && pid != oldPid))
            .DefaultTimeout();
        await app.HealthyAsync(name).DefaultTimeout();
    }
}
