using System.Collections.Immutable;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// What the operator sees: a line as each resource becomes ready, the table once when nothing is left to wait for, and later one line
/// for each change.
/// </summary>
internal sealed class ResourceConsole(OrchestratorOptions options, ResourceNotificationService notifications)
    : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<string, ResourceEvent> _latest = [];
    private readonly HashSet<string> _failed = [];
    private Task _watching = Task.CompletedTask;
    private ImmutableArray<(string Id, string Name)> _instances = [];
    private bool _tablePrinted;

    public void Start(IReadOnlyList<ResourceInstance> instances)
    {
        if (!options.ResourceTable || instances.Count == 0) return;
        _instances = [.. instances.Select(instance => (instance.Id, instance.Name))];
        _watching = Task.Run(WatchAsync);
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync();
        await _watching;
        _stopping.Dispose();
    }

    private async Task WatchAsync()
    {
        try
        {
            await foreach (var change in notifications.WatchAsync(_stopping.Token)) Show(change);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private void Show(ResourceEvent change)
    {
        var isKnown = _latest.TryGetValue(change.ResourceId, out var before);
        _latest[change.ResourceId] = change;
        if (!isKnown || (StateOf(change) == StateOf(before!) && ReasonOf(change) == ReasonOf(before!))) return;
        if (_tablePrinted || IsSettled(change) || IsFirstFailure(change)) Console.Out.WriteLine(Line(change));
        if (_tablePrinted || !_instances.All(instance => _latest.TryGetValue(instance.Id, out var latest) && IsSettled(latest))) return;
        PrintTable();
        _tablePrinted = true;
    }

    // A program that cannot start ends again and again for the same reason, which needs to be told once.
    private bool IsFirstFailure(ResourceEvent change) => ReasonOf(change) is not null && _failed.Add(change.ResourceId);

    private void PrintTable()
    {
        Console.Out.WriteLine($"{"resource",-20} {"state",-14} {"pid",-8} {"restarts",-8} endpoints");
        foreach (var (id, name) in _instances) Console.Out.WriteLine(Row(name, _latest[id]));
    }

    private static string Row(string name, ResourceEvent resource)
    {
        var snapshot = resource.Snapshot;
        var pid = Text(snapshot.Property(KnownProperties.ExecutablePid), "-");
        var restarts = Text(snapshot.Property(KnownProperties.Restarts), "0");
        var urls = string.Join("  ", snapshot.Urls.Select(url => $"{url.Name} {url.Url}"));
        return $"{name,-20} {StateOf(resource),-14} {pid,-8} {restarts,-8} {urls}".TrimEnd();
    }

    private string Line(ResourceEvent change)
    {
        var name = _instances.First(instance => instance.Id == change.ResourceId).Name;
        var detail = StateOf(change) switch
        {
            _ when ReasonOf(change) is { } reason => reason,
            KnownResourceStates.Exited or KnownResourceStates.Finished => $"exit code {Text(change.Snapshot.ExitCode, "?")}",
            _ when change.Snapshot.Property(KnownProperties.ExecutablePid) is { } pid => $"pid {Text(pid, "")}",
            _ => "",
        };
        return $"{name,-20} {StateOf(change),-14} {detail}".TrimEnd();
    }

    private static string? ReasonOf(ResourceEvent resource) => resource.Snapshot.Property(KnownProperties.Reason) as string;

    private static string StateOf(ResourceEvent resource) =>
        resource.Snapshot.IsHealthy ? "Healthy" : resource.Snapshot.State?.Text ?? "Unknown";

    /// <summary>Whether nothing more happens by itself: ready, ended, or waiting for the operator.</summary>
    private static bool IsSettled(ResourceEvent resource) => StateOf(resource) switch
    {
        "Healthy" or KnownResourceStates.FailedToStart or KnownResourceStates.Finished => true,
        KnownResourceStates.NotStarted => resource.Resource.TryGetLastAnnotation<ExplicitStartupAnnotation>(out _),
        _ => false,
    };

    private static string Text(object? value, string fallback) =>
        Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : fallback;
}
