using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// One replica of a resource: waits for what it depends on, runs its process, watches its health, and starts it again when it ends by
/// itself. One task at a time owns the process.
/// </summary>
internal sealed class ResourceInstance(IResource resource, int replica, string name, InstanceServices services)
    : IDisposable
{
    private readonly Lock _gate = new();
    private readonly string _suffix = InstanceSuffix.New();
    private CancellationTokenSource? _stopping;
    private Task _running = Task.CompletedTask;
    private TimeSpan _grace = TimeSpan.Zero;
    private volatile bool _isHealthy;

    public IResource Resource => resource;

    public int Replica => replica;

    /// <summary>The resource's name, and the replica's number where there are several.</summary>
    public string Name => name;

    public string Id => $"{resource.Name}-{_suffix}";

    public bool IsHealthy => _isHealthy;

    /// <summary>Makes the instance known, before anything starts.</summary>
    public void Announce() => Publish(snapshot => snapshot with
    {
        State = KnownResourceStates.NotStarted,
        CreationTimeStamp = Now,
        Urls = [.. ResourceUrls.Of(resource)],
    });

    /// <summary>Starts, where it does not run already.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (!_running.IsCompleted) return;
            Explain(null);
            _stopping?.Dispose();
            _stopping = new CancellationTokenSource();
            var token = _stopping.Token;
            _running = Task.Run(() => RunAsync(token), CancellationToken.None);
        }
    }

    /// <summary>Asks the process to end, kills it after the grace period, and returns when it is gone.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        Task running;
        lock (_gate)
        {
            _grace = grace;
            _stopping?.Cancel();
            running = _running;
        }

        await running;
    }

    public void Dispose() => _stopping?.Dispose();

    private DateTime Now => services.Time.GetUtcNow().UtcDateTime;

    private async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            await WaitForDependenciesAsync(stopping);
            await services.Eventing.PublishAsync(new BeforeResourceStartedEvent(resource, services.Provider), stopping);
            await SuperviseAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Publish(snapshot => snapshot with { State = KnownResourceStates.Exited, StopTimeStamp = Now });
        }
        catch (Exception exception)
        {
            FailToStart(exception.Message);
        }

        await AnnounceStoppedAsync();
    }

    private async Task WaitForDependenciesAsync(CancellationToken stopping)
    {
        if (!resource.Annotations.OfType<WaitAnnotation>().Any()) return;
        Publish(snapshot => snapshot with { State = KnownResourceStates.Waiting });
        await services.Notifications.WaitForDependenciesAsync(resource, stopping);
    }

    private async Task SuperviseAsync(CancellationToken stopping)
    {
        var policy = new RestartPolicy();
        while (true)
        {
            var started = services.Time.GetTimestamp();
            var life = await RunOnceAsync(stopping);
            if (stopping.IsCancellationRequested || HasFinished(life.ExitCode)) return;
            if (policy.Next(services.Time.GetElapsedTime(started), life.WasHealthy) is not { } delay)
            {
                FailToStart(GaveUp(life));
                return;
            }

            Explain($"{life.End}; starts again in {delay.TotalSeconds:0} s");
            await Task.Delay(delay, services.Time, stopping);
            CountRestart();
        }
    }

    /// <summary>One life of the process, from its start to its end.</summary>
    private async Task<Life> RunOnceAsync(CancellationToken stopping)
    {
        Publish(Starting);
        using var log = services.OpenLog(this);
        var caller = new ValueProviderContext { Caller = resource, Replica = replica, InstanceSuffix = _suffix };
        var spec = await services.Planner.PlanAsync(resource, caller, stopping);
        using var process = ChildProcess.Start(spec, log.WriteLine);
        Publish(snapshot => Running(snapshot, process.Id, spec));

        var wasHealthy = false;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var monitoring = services.Health.MonitorAsync(this, () => { wasHealthy = true; return BecomeHealthyAsync(stopping); }, ended.Token);
        var exitCode = await WaitForExitAsync(process, stopping);
        _isHealthy = false;
        await ended.CancelAsync();
        await IgnoreCancellationAsync(monitoring);
        Publish(snapshot => Ended(snapshot, exitCode));
        return new Life(exitCode, wasHealthy, process.LastError is { } line ? InstanceLog.Colourless(line) : null);
    }

    /// <summary>What is known of a process when it is over.</summary>
    private sealed record Life(int ExitCode, bool WasHealthy, string? LastError)
    {
        public string End => LastError is null ? $"exit code {ExitCode}" : $"exit code {ExitCode}: {LastError}";
    }

    private async Task<int> WaitForExitAsync(ChildProcess process, CancellationToken stopping)
    {
        try
        {
            return await process.WaitForExitAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            Publish(snapshot => snapshot with { State = KnownResourceStates.Stopping });
            return await EndAsync(process);
        }
    }

    private async Task<int> EndAsync(ChildProcess process)
    {
        process.Terminate();
        using var grace = new CancellationTokenSource(_grace, services.Time);
        try
        {
            return await process.WaitForExitAsync(grace.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            return await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private async Task BecomeHealthyAsync(CancellationToken stopping)
    {
        _isHealthy = true;
        try
        {
            await services.Ready.AnnounceAsync(resource, stopping);
            Publish(snapshot => snapshot with { IsReady = true });
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Explain($"it is healthy, but a handler of its ready event failed: {exception.Message}");
        }
    }

    private async Task AnnounceStoppedAsync()
    {
        if (!services.Notifications.TryGetCurrentState(Id, out var current)) return;
        try
        {
            await services.Eventing.PublishAsync(new ResourceStoppedEvent(resource, services.Provider, current));
        }
        catch (Exception exception)
        {
            Explain($"a handler of its stopped event failed: {exception.Message}");
        }
    }

    private CustomResourceSnapshot Starting(CustomResourceSnapshot snapshot) => snapshot.With(
        new ResourcePropertySnapshot(KnownProperties.Reason, null)) with
    {
        State = KnownResourceStates.Starting,
        HealthReports = [.. HealthMonitor.Pending(resource)],
        ExitCode = null,
        StopTimeStamp = null,
    };

    private CustomResourceSnapshot Running(CustomResourceSnapshot snapshot, int pid, LaunchSpec spec) => snapshot.With(
        new(KnownProperties.ExecutablePath, spec.FileName),
        new(KnownProperties.ExecutableWorkDir, spec.WorkingDirectory),
        new(KnownProperties.ExecutablePid, pid)) with
    {
        State = KnownResourceStates.Running,
        StartTimeStamp = Now,
    };

    private CustomResourceSnapshot Ended(CustomResourceSnapshot snapshot, int exitCode) => snapshot.With(
        new ResourcePropertySnapshot(KnownProperties.ExecutablePid, null)) with
    {
        State = HasFinished(exitCode) ? KnownResourceStates.Finished : KnownResourceStates.Exited,
        ExitCode = exitCode,
        StopTimeStamp = Now,
    };

    private void CountRestart() => Publish(snapshot => snapshot.With(
        new ResourcePropertySnapshot(KnownProperties.Restarts, (snapshot.Property(KnownProperties.Restarts) as int? ?? 0) + 1)));

    private void FailToStart(string reason)
    {
        Publish(snapshot => snapshot.With(new ResourcePropertySnapshot(KnownProperties.Reason, reason)) with
        {
            State = KnownResourceStates.FailedToStart,
            StopTimeStamp = Now,
        });
        services.OnFailedToStart();
    }

    private void Explain(string? reason) =>
        Publish(snapshot => snapshot.With(new ResourcePropertySnapshot(KnownProperties.Reason, reason)));

    private string GaveUp(Life last) =>
        $"it ended {RestartPolicy.EarlyExitsMax} times before it was healthy, last with {last.End}; its log is {services.LogPath(this)}";

    // What serves endpoints is not meant to end, whatever its exit code.
    private bool HasFinished(int exitCode) => exitCode == 0 && !resource.Annotations.OfType<EndpointAnnotation>().Any();

    private void Publish(Func<CustomResourceSnapshot, CustomResourceSnapshot> change) =>
        services.Notifications.Publish(resource, Id, change);

    private static async Task IgnoreCancellationAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
        }
    }
}
