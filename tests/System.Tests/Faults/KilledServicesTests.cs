using Aspire.Hosting.Testing;
using Millrace.SystemTests.Keys;
using Millrace.TestShared;
using Xunit.Abstractions;

namespace Millrace.SystemTests.Faults;

/// <summary>
/// Under a steady load of two tenants each service that has no second one is killed and comes back: no request hangs, each failure has a
/// reason, nothing that was acknowledged is lost, and nobody sees another's words.
/// </summary>
[Collection(KeyedCollection.Name)]
public sealed class KilledServicesTests(KeyedSystem system, ITestOutputHelper output)
{
    // A circuit that was opened is looked at again after at most as long as its service was away; the rest is for a busy machine.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(8);

    [Fact]
    public async Task Services_KilledUnderLoad_ComeBackWithNothingLost()
    {
        await using var load = await MixedLoad.StartAsync(system.Amber, system.Birch);
        await load.WellAsync(TimeSpan.Zero, TaskTimeouts.Default);

        foreach (var service in (string[])["sessions", "retrieval", "guardrails", "embedding"]) await KillAsync(load, service);
        await KillRedisAsync(load);
        await load.StopAsync();

        foreach (var line in load.Report()) output.WriteLine(line);
        Assert.Empty(load.Log.Violations);
        await load.AssertNothingLostAsync();
        await AssertHealthyAsync();
        system.AssertNoKeyIsLogged();
    }

    private async Task KillAsync(MixedLoad load, string service)
    {
        var killed = load.Log.Now;
        var pid = await system.KillAsync(service);
        await system.App.RestartedAsync(service, pid);
        var healthy = load.Log.Now;

        var well = await load.WellAsync(healthy, (healthy - killed) + Slack);

        var failed = load.Log.Attempts.Where(attempt => attempt.Ended >= killed && attempt.Code is not null).ToList();
        output.WriteLine(
            $"{service}: away for {(healthy - killed).TotalSeconds:F1} s, all well {(well - healthy).TotalSeconds:F1} s later; "
                + $"{failed.Count} requests failed: {string.Join(", ", failed.CountBy(Describe))}");
    }

    // Limits are counted by the edge alone meanwhile, so that nobody notices.
    private async Task KillRedisAsync(MixedLoad load)
    {
        if (KillableRedis.Program is null)
        {
            output.WriteLine("redis-server is not on PATH: apt-get install redis-server");
            return;
        }

        var killed = load.Log.Now;
        system.Redis.Kill();
        await load.WellAsync(killed, Slack);
        await system.Redis.StartAsync();
        var back = load.Log.Now;
        await load.WellAsync(back, Slack);

        Assert.DoesNotContain(load.Log.Attempts, attempt => attempt.Started >= killed && !attempt.Succeeded);
        output.WriteLine($"redis: away for {(back - killed).TotalSeconds:F1} s, no request failed");
    }

    private async Task AssertHealthyAsync()
    {
        foreach (var name in KeyedSystem.Gateways)
        {
            using var http = system.App.CreateHttpClient(name, "http");
            var health = await http.GetStringAsync(new Uri("/health", UriKind.Relative)).DefaultTimeout();
            Assert.DoesNotContain("Degraded", health, StringComparison.Ordinal);
        }
    }

    private static string Describe(Attempt attempt) => $"{attempt.Kind} {attempt.Code}";
}
