using Microsoft.Extensions.Options;

namespace Millrace.Edge.Keys;

/// <summary>
/// Sees to it that a change of the keys counts soon. The store is asked for its stamp instead of listening to the file system, whose
/// notices do not cross network drives and containers; it costs one look at a file's attributes.
/// </summary>
internal sealed class KeyWatcher(KeyRing ring, IOptions<KeyOptions> options, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.PollInterval, time);
        var changed = false;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) changed = ring.Refresh(force: changed) && !changed;
        }
        catch (OperationCanceledException)
        {
            // The edge stops.
        }
    }
}
