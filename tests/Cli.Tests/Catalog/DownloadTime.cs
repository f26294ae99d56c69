using Millrace.TestShared;

namespace Millrace.Cli.Tests.Catalog;

/// <summary>Waits between attempts are over at once; the time after which a download counts as
/// stalled passes only when a test says so.</summary>
public sealed class DownloadTime : TimeProvider
{
    private static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(30);

    private readonly ManualTimeProvider _manual = new();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => dueTime < StallTimeout
        ? System.CreateTimer(callback, state, TimeSpan.Zero, period)
        : _manual.CreateTimer(callback, state, dueTime, period);

    /// <summary>Lets so much time pass that whatever waits for bytes has waited too long.</summary>
    public void Stall() => _manual.Advance(StallTimeout);
}
