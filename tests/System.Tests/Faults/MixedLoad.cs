using Millrace.SystemTests.Keys;

namespace Millrace.SystemTests.Faults;

/// <summary>The load of two tenants at once, each kind of request by itself and at its own pace, until it is stopped.</summary>
internal sealed class MixedLoad : IAsyncDisposable
{
    private const int SuccessesMin = 3;
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _stop = new();
    private readonly IReadOnlyList<TenantLoad> _loads;
    private readonly IReadOnlyList<string> _kinds;
    private readonly Task _work;

    private MixedLoad(IReadOnlyList<TenantLoad> loads, LoadLog log)
    {
        (_loads, Log) = (loads, log);
        _kinds = [.. loads.SelectMany(load => load.Work.Keys.Select(kind => $"{kind} of {load.Name}"))];
        _work = Task.WhenAll(loads.SelectMany(load => load.Work.Values.Select(work => RepeatAsync(work.Pace, work.SendAsync))));
    }

    /// <summary>What became of the requests.</summary>
    public LoadLog Log { get; }

    /// <summary>Starts the load.</summary>
    public static async Task<MixedLoad> StartAsync(Tenant one, Tenant other)
    {
        var log = new LoadLog();
        TenantLoad[] loads = [new(one, other, log), new(other, one, log)];
        foreach (var load in loads) await load.PrepareAsync();
        return new MixedLoad(loads, log);
    }

    /// <summary>Waits until all kinds of requests succeed.</summary>
    /// <param name="since">Attempts before it count for nothing.</param>
    /// <param name="within">Longest that may take.</param>
    /// <returns>When the last that failed had ended; <paramref name="since"/> when none failed.</returns>
    public async Task<TimeSpan> WellAsync(TimeSpan since, TimeSpan within)
    {
        using var timer = new PeriodicTimer(LookInterval);
        TimeSpan? well;
        while ((well = Log.WellSince(_kinds, since, SuccessesMin)) is null)
        {
            Assert.True(Log.Now < since + within, $"Not well after {within}: {string.Join('\n', Log.Summary())}");
            await timer.WaitForNextTickAsync();
        }

        return well.Value;
    }

    /// <summary>Ends the load when its last requests have ended.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _work;
    }

    /// <summary>Asserts that all that was acknowledged is there.</summary>
    public async Task AssertNothingLostAsync()
    {
        foreach (var load in _loads) await load.AssertNothingLostAsync();
    }

    /// <summary>The figures.</summary>
    public IEnumerable<string> Report() => Log.Summary().Concat(_loads.Select(load => load.Acknowledged));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RepeatAsync(TimeSpan pace, Func<int, Task> sendAsync)
    {
        using var timer = new PeriodicTimer(pace);
        try
        {
            for (var n = 0; ; n++)
            {
                await sendAsync(n);
                await timer.WaitForNextTickAsync(_stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The load is over.
        }
    }
}
