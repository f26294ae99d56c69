using Aspire.Hosting.Orchestration;

namespace Aspire.Hosting.ApplicationModel;

public static class KnownResourceCommands
{
    public const string StartCommand = "resource-start";
    public const string StopCommand = "resource-stop";
    public const string RestartCommand = "resource-restart";
}

public sealed class ExecuteCommandResult
{
    public required bool Success { get; init; }

    public string? ErrorMessage { get; init; }
}

/// <summary>Starts, stops and restarts single resources of a running application.</summary>
public class ResourceCommandService
{
    private static readonly string[] Known =
        [KnownResourceCommands.StartCommand, KnownResourceCommands.StopCommand, KnownResourceCommands.RestartCommand];

    private readonly Orchestrator _orchestrator;

    internal ResourceCommandService(Orchestrator orchestrator) => _orchestrator = orchestrator;

    public Task<ExecuteCommandResult> ExecuteCommandAsync(
        IResource resource, string commandName, CancellationToken cancellationToken = default) =>
        ExecuteCommandAsync(resource.Name, commandName, cancellationToken);

    /// <summary>Runs a command of <see cref="KnownResourceCommands"/> on every instance of a resource, or on one by its id.</summary>
    public async Task<ExecuteCommandResult> ExecuteCommandAsync(
        string resourceId, string commandName, CancellationToken cancellationToken = default)
    {
        var instances = _orchestrator.Find(resourceId);
        if (instances.Count == 0) return Failed($"Resource '{resourceId}' not found.");
        if (!Known.Contains(commandName)) return Failed($"Command '{commandName}' not available for resource '{resourceId}'.");
        await Task.WhenAll(instances.Select(instance => ExecuteAsync(instance, commandName))).WaitAsync(cancellationToken);
        return new ExecuteCommandResult { Success = true };
    }

    private async Task ExecuteAsync(ResourceInstance instance, string commandName)
    {
        if (commandName != KnownResourceCommands.StartCommand) await instance.StopAsync(_orchestrator.ShutdownGrace);
        if (commandName != KnownResourceCommands.StopCommand) instance.Start();
    }

    private static ExecuteCommandResult Failed(string message) => new() { Success = false, ErrorMessage = message };
}
