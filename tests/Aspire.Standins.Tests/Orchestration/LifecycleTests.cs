using System.Diagnostics;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Millrace.Aspire.Standins.Tests.Orchestration;

public sealed class LifecycleTests
{
    [Fact]
    public async Task Service_Started_AnswersOnItsEndpointAsTheProcessThatTheSnapshotNames()
    {
        await using var app = new TestApp();
        app.AddService("back");
        await app.StartAsync();

        var healthy = await app.HealthyAsync("back");

        using var client = app.App.CreateHttpClient("back");
        Assert.Equal(healthy.Pid().ToString(), await client.GetStringAsync("/pid"));
    }

    [Fact]
    public async Task Service_Killed_IsStartedAgainOnTheSamePortAfterABackoff()
    {
        await using var app = new TestApp();
        app.AddService("back");
        await app.StartAsync();
        var first = await app.HealthyAsync("back");

        using (var process = Process.GetProcessById(first.Pid())) process.Kill();
        await app.StateAsync("back", KnownResourceStates.Exited);
        var exited = Stopwatch.GetTimestamp();
        await app.StateAsync("back", KnownResourceStates.Starting);
        var backoff = Stopwatch.GetElapsedTime(exited);
        var second = await app.HealthyAsync("back");

        Assert.NotEqual(first.Pid(), second.Pid());
        Assert.InRange(backoff, TimeSpan.FromSeconds(0.8), TimeSpan.FromSeconds(5));
        using var client = app.App.CreateHttpClient("back");
        Assert.Equal(second.Pid().ToString(), await client.GetStringAsync("/pid"));
    }

    [Fact]
    public async Task Dependent_WhileItsDependencyIsUnhealthy_Waits()
    {
        await using var app = new TestApp();
        var back = app.AddService("back").WithEnvironment("HEALTHY_WHEN_EXISTS", app.PathOf("ready"));
        app.AddService("front").WaitFor(back);
        await app.StartAsync();

        await app.WhenAsync("back", snapshot => snapshot.HealthReports.Any(report => report.Status is not null));
        await app.StateAsync("front", KnownResourceStates.Waiting);
        await File.WriteAllTextAsync(app.PathOf("ready"), "");
        var front = await app.HealthyAsync("front");

        var ready = await app.HealthyAsync("back");
        Assert.True(front.Snapshot.StartTimeStamp > ready.Snapshot.StartTimeStamp);
        Assert.Equal("back_http_/health_200_check", Assert.Single(ready.Snapshot.HealthReports).Name);
    }

    [Fact]
    public async Task ExplicitStart_StartsOnlyOnCommand()
    {
        await using var app = new TestApp();
        app.AddService("later").WithExplicitStart();
        await app.StartAsync();

        await app.StateAsync("later", KnownResourceStates.NotStarted);
        var result = await app.App.ResourceCommands.ExecuteCommandAsync("later", KnownResourceCommands.StartCommand);

        Assert.True(result.Success);
        await app.HealthyAsync("later");
    }

    [Fact]
    public async Task Program_ThatEndsWell_IsFinishedAndReleasesWhoWaitsForItsCompletion()
    {
        await using var app = new TestApp();
        var prepare = app.Builder.AddExecutable("prepare", "sh", ".", "-c", @"printf 'pre\033[32mpared\033[0m\n'");
        app.AddService("back").WaitForCompletion(prepare);
        await app.StartAsync();

        await app.HealthyAsync("back");

        await app.StateAsync("prepare", KnownResourceStates.Finished);
        Assert.Equal("prepared\n", await File.ReadAllTextAsync(app.PathOf("logs/prepare.log")));
    }

    [Fact]
    public async Task Stop_EndsDependentsBeforeWhatTheyDependOn()
    {
        await using var app = new TestApp();
        var log = app.PathOf("stopped");
        var store = app.AddService("store").WithEnvironment("STOP_LOG", log);
        var middle = app.AddService("middle").WithEnvironment("STOP_LOG", log).WithReference(store);
        app.AddService("front").WithEnvironment("STOP_LOG", log).WaitFor(middle);
        await app.StartAsync();
        await Task.WhenAll(app.HealthyAsync("store"), app.HealthyAsync("middle"), app.HealthyAsync("front"));

        await app.App.StopAsync();

        Assert.Equal(["front", "middle", "store"], await File.ReadAllLinesAsync(log));
    }

    [Fact]
    public async Task Stop_WithAProcessThatIgnoresIt_KillsItWithinTheGracePeriod()
    {
        await using var app = new TestApp("--AppHost:ShutdownGraceSeconds=1");
        app.AddService("stubborn").WithEnvironment("IGNORE_TERM", "1");
        await app.StartAsync();
        var pid = (await app.HealthyAsync("stubborn")).Pid();

        var started = Stopwatch.GetTimestamp();
        await app.App.StopAsync();

        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(5));
        Assert.False(Poll.IsAlive(pid));
    }

    [Fact]
    public async Task Dependent_OfAProgramThatCannotStart_FailsWithTheReason()
    {
        await using var app = new TestApp();
        var missing = app.Builder.AddExecutable("missing", "no-such-program-anywhere", ".");
        app.AddService("back").WaitFor(missing);
        await app.StartAsync();

        await app.StateAsync("back", KnownResourceStates.FailedToStart);

        var failure = await Assert.ThrowsAsync<DistributedApplicationException>(() => app.HealthyAsync("missing"));
        Assert.Equal("Stopped waiting for resource 'missing' to become healthy because it failed to start.", failure.Message);
        Assert.Equal(
            "The program 'no-such-program-anywhere' was not found: install it or put it on PATH.",
            (await app.WhenAsync("missing", _ => true)).Property("resource.reason"));
    }
}
